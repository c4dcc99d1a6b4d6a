#include "support/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

#include "support/csv.h"
#include "support/paths.h"

namespace tlstriage::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Writes `bytes` into a pipe; the reader may leave before all of it is read.
void feed(int pipe, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(pipe, bytes.data(), bytes.size());
        if (written <= 0) break;
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    ::close(pipe);
}

[[noreturn]] void become(const std::vector<std::string>& command, int input, const std::string& out,
                         const std::string& err) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int to = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int complain = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(input, STDIN_FILENO);
    ::dup2(to, STDOUT_FILENO);
    ::dup2(complain, STDERR_FILENO);
    std::signal(SIGPIPE, SIG_DFL);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

pid_t start(const std::vector<std::string>& command, const std::string& out,
            const std::string& err) {
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) become(command, nothing, out, err);
    ::close(nothing);
    return child;
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) fail("waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Finished run_program(const std::vector<std::string>& command, const std::string& input) {
    std::signal(SIGPIPE, SIG_IGN);
    const ScratchFolder folder;
    const std::string out = folder.file("out");
    const std::string err = folder.file("err");
    const std::string bytes = input.empty() ? std::string{} : read_file(input);
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("pipe");
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) become(command, pipe[0], out, err);
    ::close(pipe[0]);
    std::jthread feeder(feed, pipe[1], std::string_view(bytes));
    const int status = wait_for(child);
    feeder.join();
    return {status, read_file(out), read_file(err)};
}

Child::Child(const std::vector<std::string>& command)
    : id_(start(command, folder_.file("out"), folder_.file("err"))) {}

Child::~Child() {
    if (id_ < 0) return;
    ::kill(id_, SIGKILL);
    wait_for(id_);
}

void Child::signal(int number) const {
    ::kill(id_, number);
}

std::string Child::err() const {
    const std::string path = folder_.file("err");
    return std::filesystem::exists(path) ? read_file(path) : std::string{};
}

Finished Child::wait() {
    const int status = wait_for(std::exchange(id_, -1));
    return {status, read_file(folder_.file("out")), read_file(folder_.file("err"))};
}

bool eventually(const std::function<bool()>& done) {
    constexpr int most_looks = 6000;
    for (int looks = 0; looks < most_looks; ++looks) {
        if (done()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

}  // namespace tlstriage::test
