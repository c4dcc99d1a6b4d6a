// Lists of what is known to differ, each with the frame and the reason.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace tlstriage::test {

/// Holds differences against a list. A difference is identified by file, tcp_stream and field, and
/// must be as the list says in the values of both sides.
class Explained {
  public:
    /// Reads `file,tcp_stream,field,ours,tshark,frame,reason`. Throws when a frame or a reason is
    /// missing.
    explicit Explained(const std::filesystem::path& list);

    /// True when the list has exactly this difference.
    bool has(const std::string& stream, const std::string& field, const std::string& ours,
             const std::string& tshark);
    /// Listed differences that has() was never asked for: they are gone.
    [[nodiscard]] std::string unused() const;

    /// The line that would list it, for a person who has found the reason.
    static std::string line(const std::string& stream, const std::string& field,
                            const std::string& ours, const std::string& tshark);

  private:
    std::map<std::string, bool> used_;  ///< by line()
};

}  // namespace tlstriage::test
