"""A small FTP server that serves one directory and writes down every command: what a phone really says."""
import os
import socket
import threading


class FtpRecorder:
    def __init__(self, root, user, password):
        self.root, self.user, self.password = root, user, password
        self.commands = []
        self.stored = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        session = {"cwd": "/", "user": None, "data": None}
        lines = connection.makefile("rb")

        def say(text):
            connection.sendall(text.encode() + b"\r\n")

        say("220 ready")
        for raw in lines:
            command, _, argument = raw.decode().rstrip("\r\n").partition(" ")
            self.commands.append(command.upper() + (" " + argument if argument else ""))
            if not self._answer(command.upper(), argument, session, say):
                break
        connection.close()

    def _answer(self, command, argument, session, say):
        path = os.path.normpath(os.path.join(session["cwd"], argument or "."))
        file = self.root + path
        if command == "USER":
            session["user"] = argument
            say("331 password")
        elif command == "PASS":
            right = session["user"] == self.user and argument == self.password
            say("230 in" if right else "530 no")
        elif command == "PWD":
            say('257 "%s"' % session["cwd"])
        elif command == "TYPE":
            say("200 so be it")
        elif command == "CWD":
            if os.path.isdir(file):
                session["cwd"] = path
                say("250 there")
            else:
                say("550 no such directory")
        elif command == "PASV":
            if session["data"]:
                session["data"].close()
            session["data"] = socket.create_server(("127.0.0.1", 0))
            port = session["data"].getsockname()[1]
            say("227 Entering Passive Mode (127,0,0,1,%d,%d)" % (port >> 8, port & 255))
        elif command == "SIZE":
            say("213 %d" % os.path.getsize(file) if os.path.isfile(file) else "550 no such file")
        elif command in ("RETR", "STOR", "APPE"):
            self._transfer(command, path, file, session, say)
        elif command == "QUIT":
            say("221 bye")
            return False
        else:
            say("502 not known")
        return True

    def _transfer(self, command, path, file, session, say):
        if command == "RETR" and not os.path.isfile(file):
            session["data"].close()
            say("550 no such file")
            return
        say("150 here it comes")
        data, _ = session["data"].accept()
        if command == "RETR":
            with open(file, "rb") as source:
                data.sendall(source.read())
        else:
            content = b""
            while piece := data.recv(65536):
                content += piece
            self.stored[path] = content
        data.close()
        session["data"].close()
        say("226 done")
