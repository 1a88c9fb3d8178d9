/// What each verb needs and does, but for transfers.
#include "server/listen/ftp_session.hpp"

#include "base/text.hpp"
#include "protocol/ftp/ftp_path.hpp"
#include "protocol/ftp/ftp_reply.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

namespace offhook::server {

namespace asio = boost::asio;
using protocol::FtpVerb;

struct FtpSession::Command {
    enum class Needs : std::uint8_t { nothing, login, refused };

    FtpVerb verb;
    Needs needs;
    void (FtpSession::*at_once)(std::string_view) = nullptr;
    Waiting (FtpSession::*waiting)(std::string) = nullptr;
    std::uint16_t refusal = 502; ///< Needs::refused: the code, and what it says
    std::string_view why = "Not implemented.";
};

const FtpSession::Command& FtpSession::command_for(FtpVerb verb) {
    using Session = FtpSession;
    using Needs = Command::Needs;
    static constexpr std::string_view read_only = "Nothing can be changed that way here.";
    // The commonest first. Those that write otherwise than by STOR and APPE are refused in a way that clients know:
    // 550 for a file that cannot be, 502 for what does not exist (lftp asks for SITE UTIME after each upload).
    static constexpr std::array commands{
        Command{FtpVerb::user, Needs::nothing, &Session::user},
        Command{FtpVerb::pass, Needs::nothing, nullptr, &Session::pass},
        Command{FtpVerb::type, Needs::login, &Session::type},
        Command{FtpVerb::pasv, Needs::login, nullptr, &Session::pasv},
        Command{FtpVerb::epsv, Needs::login, nullptr, &Session::epsv},
        Command{FtpVerb::retr, Needs::login, nullptr, &Session::retr},
        Command{FtpVerb::quit, Needs::nothing, &Session::quit},
        Command{FtpVerb::size, Needs::login, nullptr, &Session::size},
        Command{FtpVerb::cwd, Needs::login, &Session::cwd},
        Command{FtpVerb::pwd, Needs::login, &Session::pwd},
        Command{FtpVerb::stor, Needs::login, nullptr, &Session::stor},
        Command{FtpVerb::appe, Needs::login, nullptr, &Session::appe},
        Command{FtpVerb::rest, Needs::login, &Session::rest},
        Command{FtpVerb::list, Needs::login, nullptr, &Session::list},
        Command{FtpVerb::nlst, Needs::login, nullptr, &Session::nlst},
        Command{FtpVerb::mlsd, Needs::login, nullptr, &Session::mlsd},
        Command{FtpVerb::mlst, Needs::login, nullptr, &Session::mlst},
        Command{FtpVerb::mdtm, Needs::login, nullptr, &Session::mdtm},
        Command{FtpVerb::syst, Needs::nothing, &Session::syst},
        Command{FtpVerb::feat, Needs::nothing, &Session::feat},
        Command{FtpVerb::opts, Needs::nothing, &Session::opts},
        Command{FtpVerb::noop, Needs::nothing, &Session::noop},
        Command{FtpVerb::abor, Needs::nothing, &Session::abor},
        Command{FtpVerb::cdup, Needs::login, &Session::cdup},
        Command{FtpVerb::mode, Needs::login, &Session::mode},
        Command{FtpVerb::stru, Needs::login, &Session::stru},
        Command{FtpVerb::port, Needs::login, &Session::port},
        Command{FtpVerb::eprt, Needs::login, &Session::eprt},
        Command{FtpVerb::stat, Needs::login, &Session::stat},
        Command{FtpVerb::help, Needs::nothing, &Session::help},
        Command{FtpVerb::allo, Needs::login, &Session::allo},
        Command{FtpVerb::acct, Needs::nothing, &Session::acct},
        Command{FtpVerb::rein, Needs::nothing, &Session::rein},
        Command{FtpVerb::auth, Needs::nothing, nullptr, &Session::auth},
        Command{FtpVerb::pbsz, Needs::nothing, &Session::pbsz},
        Command{FtpVerb::prot, Needs::nothing, &Session::prot},
        Command{FtpVerb::ccc, Needs::refused, nullptr, nullptr, 534, "TLS stays."},
        Command{FtpVerb::dele, Needs::refused, nullptr, nullptr, 550, read_only},
        Command{FtpVerb::mkd, Needs::refused, nullptr, nullptr, 550, read_only},
        Command{FtpVerb::rmd, Needs::refused, nullptr, nullptr, 550, read_only},
        Command{FtpVerb::rnfr, Needs::refused, nullptr, nullptr, 550, read_only},
        Command{FtpVerb::rnto, Needs::refused, nullptr, nullptr, 503, "RNFR comes first."},
        Command{FtpVerb::unknown, Needs::refused, nullptr, nullptr, 500, "No such command."},
    };
    static constexpr Command not_implemented{FtpVerb::unknown, Needs::refused};
    const auto found =
        std::find_if(commands.begin(), commands.end(), [verb](const Command& row) { return row.verb == verb; });
    return found == commands.end() ? not_implemented : *found;
}

asio::awaitable<void> FtpSession::obey(std::string_view line) {
    phase_ = Phase::busy;
    const auto command = protocol::parse_ftp_command(line);
    const auto& row = command_for(command.verb);
    // What cannot be done is known only to who has logged in; before, all commands look alike.
    if (row.needs == Command::Needs::login || (row.needs == Command::Needs::refused && row.refusal == 550)) {
        if (!login_) {
            reply(530, "Log in with USER and PASS.");
            co_return;
        }
    }
    if (row.needs == Command::Needs::refused) {
        reply(row.refusal, row.why);
    } else if (row.at_once != nullptr) {
        (this->*row.at_once)(command.argument);
    } else {
        std::string argument(command.argument); // the line's bytes move while the command waits
        co_await (this->*row.waiting)(std::move(argument));
    }
}

void FtpSession::user(std::string_view argument) {
    if (share_.options.tls_use == FtpTlsUse::required && !stream_.under_tls())
        return reply(530, "AUTH TLS comes first.");
    argument = trim(argument);
    if (argument.empty()) return reply(501, "USER wants a name.");
    if (login_) log_out();
    user_ = argument;
    user_given_ = true;
    reply(331, "Password, please."); // for any name
}

asio::awaitable<void> FtpSession::pass(std::string argument) {
    if (!user_given_) {
        reply(503, "USER comes first.");
        co_return;
    }
    user_given_ = false;
    LoginRequest request;
    request.privacy = stream_.under_tls() ? catalogue::Privacy::tls : catalogue::Privacy::clear;
    request.listener = share_.options.listener;
    request.source = peer_.address;
    request.user = user_;
    request.password = argument;
    auto answer = share_.door.log_in(request);
    ::explicit_bzero(argument.data(), argument.size());
    co_await hold(answer.hold);
    if (answer.login) {
        login_ = std::move(answer.login);
        reply(230, "Welcome.");
        co_return;
    }
    if (++login_failures_ < share_.options.login_failures_max) {
        reply(530, "Wrong name or password.");
        co_return;
    }
    reply(530, "Wrong name or password. Goodbye.");
    end();
}

void FtpSession::acct(std::string_view) { reply(202, "No account is needed."); }

void FtpSession::log_out() {
    login_.reset();
    user_given_ = false;
    directory_.clear();
    form_ = Form::ascii;
    restart_at_ = 0;
    announced_bytes_.reset();
    facts_ = {};
    extended_only_ = false;
    drop_data_setup();
    now_ = share_.loop.timers().now();
    login_due_ = now_ + share_.options.login_time_max;
}

void FtpSession::rein(std::string_view) {
    log_out();
    reply(220, "Offhook ready.");
}

void FtpSession::quit(std::string_view) {
    reply(221, "Goodbye.");
    end();
}

void FtpSession::type(std::string_view argument) {
    const auto word = trim(argument);
    if (word.empty()) return reply(501, "TYPE wants A or I.");
    if (equal_ignoring_case(word, "A") || equal_ignoring_case(word, "A N")) {
        form_ = Form::ascii;
        return reply(200, "Text.");
    }
    if (equal_ignoring_case(word, "I") || equal_ignoring_case(word, "L 8")) {
        form_ = Form::image;
        return reply(200, "Bytes as they are.");
    }
    reply(504, "Only A and I.");
}

void FtpSession::mode(std::string_view argument) {
    if (equal_ignoring_case(trim(argument), "S")) return reply(200, "Stream.");
    reply(504, "Only S.");
}

void FtpSession::stru(std::string_view argument) {
    if (equal_ignoring_case(trim(argument), "F")) return reply(200, "File.");
    reply(504, "Only F.");
}

void FtpSession::pwd(std::string_view) {
    reply(257, protocol::quoted_ftp_path("/" + directory_) + " is where you are.");
}

void FtpSession::cwd(std::string_view argument) {
    if (argument.empty()) return reply(501, "CWD wants a directory.");
    auto path = resolved(argument);
    if (!path) return;
    directory_ = std::move(*path); // whether there is such a directory tells nobody anything
    reply(250, "Done.");
}

void FtpSession::cdup(std::string_view) { cwd(".."); }

void FtpSession::feat(std::string_view) {
    std::vector<std::string_view> lines;
    if (share_.tls != nullptr) lines.insert(lines.end(), {"AUTH TLS", "PBSZ", "PROT"});
    const auto facts = "MLST " + facts_.feature();
    lines.insert(lines.end(), {"EPSV", "MDTM", facts, "PASV", "REST STREAM", "SIZE", "TVFS", "UTF8"});
    protocol::append_ftp_reply(out_, 211, "Features:", lines, "End");
}

void FtpSession::opts(std::string_view argument) {
    const auto words = trim(argument);
    const auto blank = std::min(words.find(' '), words.size());
    const auto option = words.substr(0, blank);
    const auto value = trim(words.substr(blank));
    if (equal_ignoring_case(option, "UTF8") && (value.empty() || equal_ignoring_case(value, "ON")))
        return reply(200, "Always UTF-8.");
    if (equal_ignoring_case(option, "MLST")) {
        facts_ = protocol::FtpFacts::chosen_by(value);
        return reply(200, "MLST OPTS " + facts_.text());
    }
    reply(501, "No such option.");
}

void FtpSession::syst(std::string_view) { reply(215, "UNIX Type: L8"); }

void FtpSession::stat(std::string_view argument) {
    if (!trim(argument).empty()) return reply(504, "Use LIST.");
    reply(211, "Offhook: all is well.");
}

void FtpSession::help(std::string_view) { reply(214, "RFC 959, 2389, 2428, 3659 and 4217 have the commands."); }

void FtpSession::noop(std::string_view) { reply(200, "Yes."); }

/// A transfer under way has ended already when this is obeyed: watch() cut it, and 426 is out.
void FtpSession::abor(std::string_view) {
    drop_data_setup();
    reply(226, "Nothing is under way.");
}

void FtpSession::allo(std::string_view argument) {
    const auto words = trim(argument);
    const auto bytes = to_number<std::uint64_t>(words.substr(0, words.find(' ')));
    if (!bytes) return reply(501, "ALLO wants a number of bytes.");
    announced_bytes_ = bytes;
    reply(200, "Noted.");
}

void FtpSession::rest(std::string_view argument) {
    const auto at = to_number<std::uint64_t>(trim(argument));
    if (!at) return reply(501, "REST wants a number of bytes.");
    restart_at_ = *at;
    reply(350, "The next transfer begins there.");
}

asio::awaitable<void> FtpSession::auth(std::string argument) {
    const auto word = trim(argument);
    if (word.empty()) {
        reply(501, "AUTH wants TLS.");
    } else if (!equal_ignoring_case(word, "TLS") && !equal_ignoring_case(word, "TLS-C") &&
               !equal_ignoring_case(word, "SSL")) {
        reply(504, "Only TLS.");
    } else if (share_.tls == nullptr) {
        reply(534, "There is no TLS on this server.");
    } else if (stream_.under_tls()) {
        reply(503, "TLS is on already.");
    } else {
        co_await end_watch();
        // Whatever came in clear behind AUTH may be another's: CVE-2011-0411. It is dropped, not obeyed under TLS.
        reader_.clear();
        reply(234, "TLS, please.");
        log_out();
        const bool flushed = co_await flush();
        if (!flushed) co_return end();
        await_command(); // the login's deadline bounds the handshake
        const auto error = co_await stream_.start_tls(*share_.tls);
        phase_ = Phase::busy;
        if (error) {
            share_.door.refused(Transport::ftp, peer_.address, "no TLS came about");
            end();
        }
    }
}

void FtpSession::pbsz(std::string_view argument) {
    if (!stream_.under_tls()) return reply(503, "AUTH TLS comes first.");
    if (!to_number<std::uint32_t>(trim(argument))) return reply(501, "PBSZ wants 0.");
    buffer_size_given_ = true;
    reply(200, "PBSZ=0");
}

void FtpSession::prot(std::string_view argument) {
    const auto word = trim(argument);
    if (!stream_.under_tls() || !buffer_size_given_) return reply(503, "AUTH TLS and PBSZ come first.");
    if (equal_ignoring_case(word, "P")) {
        data_privacy_ = catalogue::Privacy::tls;
        return reply(200, "Private.");
    }
    if (equal_ignoring_case(word, "C")) {
        data_privacy_ = catalogue::Privacy::clear;
        return reply(200, "Clear.");
    }
    if (equal_ignoring_case(word, "S") || equal_ignoring_case(word, "E")) return reply(536, "Only P and C.");
    reply(504, "Only P and C.");
}

std::optional<std::string> FtpSession::resolved(std::string_view argument) {
    auto path = protocol::resolve_ftp_path(directory_, argument);
    if (path) return std::move(*path);
    reply(553, to_text(path.error().code));
    return std::nullopt;
}

FileRequest FtpSession::request_for(std::string_view path, Verb verb) const {
    FileRequest request;
    request.transport = Transport::ftp;
    request.verb = verb;
    // What the file itself travels over counts: PROT C is clear although the login was private.
    request.privacy = data_privacy_;
    request.listener = share_.options.listener;
    request.source_port = peer_.port;
    request.source = peer_.address;
    request.local = local_.address;
    request.local_port = local_.port;
    request.path = path;
    request.login = login_ ? &*login_ : nullptr;
    return request;
}

} // namespace offhook::server
