// A program run as a person runs it: arguments in; status, output and files out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/paths.h"

namespace tlstriage::test {

struct Finished {
    int status = -1;  ///< exit status; 128 + the signal that ended it
    std::string out;
    std::string err;
};

/// Runs `command` to its end. With `input` the named file's bytes come through a pipe on standard
/// input, else that is empty. Throws std::system_error when it can't be started.
Finished run_program(const std::vector<std::string>& command, const std::string& input = {});

/// A program that goes on while the test does. It is killed when the test ends before it.
class Child {
  public:
    /// Nothing on standard input. Throws std::system_error when it can't be started.
    explicit Child(const std::vector<std::string>& command);
    ~Child();
    Child(Child&&) = delete;
    Child& operator=(Child&&) = delete;

    [[nodiscard]] int id() const { return id_; }
    void signal(int number) const;
    /// What it has said on standard error so far.
    [[nodiscard]] std::string err() const;
    /// Until it ends.
    Finished wait();

  private:
    ScratchFolder folder_;
    int id_;  ///< of the process; negative once it has ended
};

/// Waits until `done`, for as long as a loaded machine may need; false when it never is.
bool eventually(const std::function<bool()>& done);

}  // namespace tlstriage::test
