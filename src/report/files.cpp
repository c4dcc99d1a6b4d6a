#include "report/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "report/inventory_columns.h"
#include "report/name_columns.h"
#include "report/summary_columns.h"

namespace tlstriage::report {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
    throw std::system_error(errno, std::generic_category(), path.string());
}

/// Makes the folder if need be, and the file in it; returns its descriptor.
int create(const std::filesystem::path& path) {
    std::filesystem::create_directories(path.parent_path());
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (descriptor < 0) fail(path);
    return descriptor;
}

}  // namespace

OutputFile::OutputFile(const Place& place, const std::string& name)
    : path_(place.folder() / name),
      temporary_(path_.string() + ".partial"),
      memory_(place.memory()),
      descriptor_(memory_ != nullptr ? -1 : create(temporary_)) {}

OutputFile::~OutputFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

void OutputFile::write(std::string_view text) {
    if (memory_ != nullptr) {
        parts_.emplace_back(text);
        return;
    }
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor_, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(path_);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void OutputFile::commit() {
    if (memory_ != nullptr) {
        (*memory_)[path_.filename()] = std::move(parts_);
        return;
    }
    const int descriptor = descriptor_;
    descriptor_ = -1;
    if (::close(descriptor) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_);
}

void write_summary(const Place& place, TableFormat format, const std::vector<SummaryGroup>& groups,
                   const std::vector<std::string>& files) {
    OutputFile file(place, std::string("summary") + std::string(extension(format)));
    Buffer out;
    append_header(format, summary_columns, out);
    for (const SummaryGroup& group : groups) {
        append_row(format, SummaryRow{group, files}, summary_columns, out);
    }
    file.write(out.view());
    file.commit();
}

void write_names(const Place& place, TableFormat format,
                 const std::vector<engine::NameTrouble>& names,
                 const std::vector<std::string>& files) {
    OutputFile file(place, std::string("dns") + std::string(extension(format)));
    Buffer out;
    append_header(format, name_columns, out);
    for (const engine::NameTrouble& trouble : names) {
        append_row(format, NameRow{trouble, files}, name_columns, out);
    }
    file.write(out.view());
    file.commit();
}

void write_servers(const Place& place, TableFormat format, const Inventory& inventory) {
    Buffer out;
    append_header(format, server_columns, out);
    for (const auto& [server, entry] : inventory.servers())
        append_row(format, ServerRow{server, *entry}, server_columns, out);
    OutputFile file(place, std::string("servers") + std::string(extension(format)));
    file.write(out.view());
    file.commit();
}

void write_certificates(const Place& place, TableFormat format, const Inventory& inventory,
                        Nanoseconds capture_end) {
    Buffer out;
    append_header(format, certificate_columns, out);
    for (const auto& [hash, shown] : inventory.certificates()) {
        append_row(format, CertificateRow{*shown.first, *shown.second, capture_end},
                   certificate_columns, out);
    }
    OutputFile file(place, std::string("certificates") + std::string(extension(format)));
    file.write(out.view());
    file.commit();
}

void write_run(const Place& place, const RunFacts& facts) {
    OutputFile file(place, "run.json");
    file.write(to_json(facts));
    file.commit();
}

}  // namespace tlstriage::report
