"""What the comparing benches share: a server on one processor, wrk on another, processor time per request."""
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
TICKS = os.sysconf("SC_CLK_TCK")


def stop_with(message):
    sys.exit(f"{pathlib.Path(sys.argv[0])}: {message}")


def need(tool, package):
    path = shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/sbin")
    if not path:
        stop_with(f"{tool} is missing; apt-get install {package}")
    return path


def need_binary(path, target):
    binary = ROOT / "build/release" / path
    if not binary.exists():
        stop_with(f"build it first: cmake --preset release && cmake --build build/release --target {target}")
    return binary


def two_processors():
    """One for the server, one for the load."""
    need("taskset", "util-linux")
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        stop_with("needs two processors, one for the server and one for the load")
    return allowed[0], allowed[1]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def processor_seconds(pid):
    """User and system, all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(pid):
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Server:
    """Runs command(port) on one processor; ready() says when it serves, at once its port must answer."""

    def __init__(self, name, command, cpu, worker_of=lambda pid: pid, ready=lambda: True, log=subprocess.DEVNULL):
        self.port = free_port()
        self.name = name
        argv = ["taskset", "-c", str(cpu), *map(str, command(self.port))]
        start = time.monotonic()
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=log)
        while not (ready() and answers(self.port)):
            if self.process.poll() is not None or time.monotonic() - start > 600:
                self.stop()
                stop_with(f"{name} did not start")
            time.sleep(0.005)
        self.start_seconds = time.monotonic() - start
        self.pid = worker_of(self.process.pid)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def load(server, cpu, args, spread):
    """Requests of spread.lua for args.seconds. Gives processor microseconds per request, and requests per second."""
    env = dict(os.environ, **{f"SPREAD_{name.upper()}": str(value) for name, value in spread.items()})
    before = processor_seconds(server.pid)
    done = subprocess.run(
        ["taskset", "-c", str(cpu), args.wrk, "-t1", f"-c{args.connections}", f"-d{args.seconds}s", "-s",
         str(HERE / "spread.lua"), f"http://127.0.0.1:{server.port}/"],
        env=env, capture_output=True, text=True, check=True).stdout
    used = processor_seconds(server.pid) - before
    requests = int(re.search(r"(\d+) requests in", done).group(1))
    if "Non-2xx" in done or requests == 0:
        stop_with(f"{server.name} did not serve the files:\n{done}")
    return used / requests * 1e6, requests / args.seconds


def fill_catalogue(binary, data, devices):
    """Phones with two lines and eighteen keys: a file of about 3 KB each."""
    header = ["mac", "family", "model"]
    for line in (1, 2):
        header += [f"line.{line}.{name}" for name in ("user", "password", "display_name", "label", "registrar.host")]
    for key in range(1, 19):
        header += [f"key.{key}.{name}" for name in ("type", "value", "label")]
    rows = [",".join(header)]
    for i in range(devices):
        row = [f"0004f2{i:06x}", "polycom", "SPIP650"]
        for line in (1, 2):
            row += [f"{line}{i:05d}", f"secret-{i:06d}-{line}", f"Phone number {i} line {line}", f"Desk {i}", "registrar.pbx.example.net"]
        for key in range(1, 19):
            row += ["blf", f"2{i % 90000 + key:05d}", f"Colleague number {key}"]
        rows.append(",".join(row))
    csv = data / "devices.csv"
    csv.write_text("\n".join(rows) + "\n")
    subprocess.run([str(binary), "--data", str(data), "import", str(csv)], check=True, stderr=subprocess.DEVNULL)


def fetch_files(port, root, devices, tls=None):
    """Both servers serve the same bytes: ours renders them, nginx gets them as files. Under TLS with a context."""
    connection = http.client.HTTPConnection("127.0.0.1", port) if tls is None else \
        http.client.HTTPSConnection("127.0.0.1", port, context=tls)
    for i in range(devices):
        name = f"0004f2{i:06x}-settings.cfg"
        connection.request("GET", "/" + name)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            stop_with(f"{name}: {answer.status}")
        (root / name).write_bytes(body)
    return len(body)
