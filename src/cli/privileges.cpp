#include "cli/privileges.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace tlstriage::cli {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

void become(const std::string& user) {
    errno = 0;
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr) {
        throw std::runtime_error(fmt::format("--user {}: there is no such user", user));
    }
    if (entry->pw_uid == ::geteuid()) return;
    if (::initgroups(user.c_str(), entry->pw_gid) != 0 || ::setgid(entry->pw_gid) != 0 ||
        ::setuid(entry->pw_uid) != 0) {
        fail("--user " + user);
    }
}

struct CapabilitiesDeleter {
    void operator()(cap_t capabilities) const { cap_free(capabilities); }
};

}  // namespace

void drop_privileges(const std::string& user) {
    if (!user.empty()) become(user);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs");
    const std::unique_ptr<std::remove_pointer_t<cap_t>, CapabilitiesDeleter> none(cap_init());
    if (none == nullptr || cap_set_proc(none.get()) != 0) fail("capabilities can't be given up");
}

}  // namespace tlstriage::cli
