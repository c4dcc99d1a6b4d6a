#include "capture/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cerrno>

namespace tlstriage::capture {

namespace {

/// Bytes handed to libarchive at a time.
constexpr std::size_t chunk_size = 256U << 10U;

struct FreeArchive {
    void operator()(archive* handle) const { archive_read_free(handle); }
};
using ArchiveHandle = std::unique_ptr<archive, FreeArchive>;

/// A reader below, as libarchive's callbacks want it.
struct Feed {
    std::unique_ptr<ByteReader> reader;
    std::vector<std::uint8_t> chunk = std::vector<std::uint8_t>(chunk_size);

    static la_ssize_t read(archive* /*handle*/, void* self, const void** bytes) {
        auto* const feed = static_cast<Feed*>(self);
        *bytes = feed->chunk.data();
        return static_cast<la_ssize_t>(feed->reader->read(feed->chunk));
    }
    static la_int64_t skip(archive* /*handle*/, void* self, la_int64_t count) {
        if (count <= 0) return 0;
        auto* const feed = static_cast<Feed*>(self);
        return static_cast<la_int64_t>(feed->reader->skip(static_cast<std::uint64_t>(count)));
    }
};

bool open_archive(archive* handle, Feed& feed) {
    archive_read_set_callback_data(handle, &feed);
    archive_read_set_read_callback(handle, &Feed::read);
    archive_read_set_skip_callback(handle, &Feed::skip);
    return archive_read_open1(handle) >= ARCHIVE_WARN;
}

std::string explain(archive* handle) {
    const char* const text = archive_error_string(handle);
    return text != nullptr ? text : "unknown fault";
}

/// The bytes of the current entry. Goes by blocks, since archive_read_data() drops the good blocks
/// that it has copied when the next one is bad. What libarchive itself withholds at a fault is less
/// than a block of lz4.
class EntryData {
  public:
    enum class Ending : std::uint8_t { none, end, fault };

    std::size_t read(archive* handle, std::span<std::uint8_t> out) {
        std::size_t done = 0;
        while (done < out.size() && (!block_.empty() || next_block(handle))) {
            const std::size_t hole = static_cast<std::size_t>(std::min<std::uint64_t>(
                block_offset_ > position_ ? block_offset_ - position_ : 0, out.size() - done));
            const std::size_t count = std::min(block_.size(), out.size() - done - hole);
            std::fill_n(out.data() + done, hole, std::uint8_t{0});  // sparse files in a tar
            std::copy_n(block_.data(), count, out.data() + done + hole);
            block_ = block_.subspan(count);
            block_offset_ += count;
            position_ += hole + count;
            done += hole + count;
        }
        return done;
    }
    [[nodiscard]] Ending ending() const { return ending_; }

  private:
    bool next_block(archive* handle) {
        while (ending_ == Ending::none && block_.empty()) {
            const void* bytes = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int status = archive_read_data_block(handle, &bytes, &size, &offset);
            if (status == ARCHIVE_RETRY) continue;
            if (status == ARCHIVE_EOF) ending_ = Ending::end;
            if (status < ARCHIVE_WARN) ending_ = Ending::fault;
            if (ending_ != Ending::none) break;
            block_ = Bytes(static_cast<const std::uint8_t*>(bytes), size);
            block_offset_ = static_cast<std::uint64_t>(std::max<la_int64_t>(offset, 0));
        }
        return !block_.empty();
    }

    Bytes block_;
    std::uint64_t block_offset_ = 0;
    std::uint64_t position_ = 0;
    Ending ending_ = Ending::none;
};

class Lz4Reader final : public ByteReader {
  public:
    explicit Lz4Reader(std::unique_ptr<ByteReader> below)
        : feed_{std::move(below)}, archive_(archive_read_new()) {
        archive_read_support_filter_lz4(archive_.get());
        archive_read_support_format_raw(archive_.get());
        archive_read_support_format_empty(archive_.get());
        archive_entry* entry = nullptr;
        const int status = open_archive(archive_.get(), feed_)
                               ? archive_read_next_header(archive_.get(), &entry)
                               : ARCHIVE_FATAL;
        ended_ = status == ARCHIVE_EOF;
        if (status < ARCHIVE_WARN) fault();
    }
    std::size_t read(std::span<std::uint8_t> out) override {
        if (ended_) return 0;
        const std::size_t done = data_.read(archive_.get(), out);
        if (data_.ending() == EntryData::Ending::fault) fault();
        return done;
    }
    std::uint64_t skip(std::uint64_t /*count*/) override { return 0; }
    [[nodiscard]] std::string error() const override {
        return error_.empty() ? feed_.reader->error() : error_;
    }
    [[nodiscard]] std::uint64_t stored_position() const override {
        return feed_.reader->stored_position();
    }
    [[nodiscard]] std::uint64_t stored_size() const override { return feed_.reader->stored_size(); }

  private:
    void fault() {
        ended_ = true;
        if (error_.empty()) error_ = "lz4 data cut short or corrupt: " + explain(archive_.get());
    }

    Feed feed_;
    ArchiveHandle archive_;
    EntryData data_;
    bool ended_ = false;
    std::string error_;
};

class MemberReader final : public ByteReader {
  public:
    MemberReader(TarReader& tar, std::unique_ptr<TarReader> kept)
        : tar_(tar), kept_(std::move(kept)) {}
    std::size_t read(std::span<std::uint8_t> out) override { return tar_.read(out); }
    std::uint64_t skip(std::uint64_t /*count*/) override { return 0; }
    [[nodiscard]] std::string error() const override { return tar_.error(); }
    [[nodiscard]] std::uint64_t stored_position() const override { return tar_.stored_position(); }
    [[nodiscard]] std::uint64_t stored_size() const override { return tar_.stored_size(); }

  private:
    TarReader& tar_;
    std::unique_ptr<TarReader> kept_;
};

}  // namespace

std::unique_ptr<ByteReader> unpack_lz4(std::unique_ptr<ByteReader> below) {
    return std::make_unique<Lz4Reader>(std::move(below));
}

struct TarReader::State {
    Feed feed;
    ArchiveHandle archive;
    EntryData data;
    std::string error;
};

TarReader::TarReader(std::unique_ptr<ByteReader> below)
    : state_(new State{Feed{std::move(below)}, ArchiveHandle(archive_read_new()), {}, {}}) {
    archive_read_support_format_tar(state_->archive.get());
    if (!open_archive(state_->archive.get(), state_->feed)) {
        state_->error = "tar: " + explain(state_->archive.get());
    }
}

TarReader::~TarReader() = default;

bool TarReader::next() {
    while (state_->error.empty()) {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(state_->archive.get(), &entry);
        if (status == ARCHIVE_EOF) return false;
        if (status == ARCHIVE_RETRY) continue;
        if (status < ARCHIVE_WARN) {
            state_->error = "tar cut short or corrupt: " + explain(state_->archive.get());
            return false;
        }
        if (archive_entry_filetype(entry) != AE_IFREG) continue;
        if (archive_entry_hardlink(entry) != nullptr) continue;
        const char* const name = archive_entry_pathname(entry);
        member_ = name != nullptr ? name : "";
        member_size_ =
            static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
        state_->data = EntryData{};
        return true;
    }
    return false;
}

std::size_t TarReader::read(std::span<std::uint8_t> out) {
    const std::size_t done = state_->data.read(state_->archive.get(), out);
    if (state_->data.ending() == EntryData::Ending::fault && state_->error.empty()) {
        state_->error = "tar cut short or corrupt: " + explain(state_->archive.get());
    }
    return done;
}

std::string TarReader::error() const {
    // A fault of a layer below is the better explanation.
    const std::string below = state_->feed.reader->error();
    return below.empty() ? state_->error : below;
}

std::uint64_t TarReader::stored_position() const {
    return state_->feed.reader->stored_position();
}

std::uint64_t TarReader::stored_size() const {
    return state_->feed.reader->stored_size();
}

std::unique_ptr<ByteReader> read_member(TarReader& tar) {
    return std::make_unique<MemberReader>(tar, nullptr);
}

std::unique_ptr<ByteReader> read_member(std::unique_ptr<TarReader> tar) {
    TarReader& reader = *tar;
    return std::make_unique<MemberReader>(reader, std::move(tar));
}

}  // namespace tlstriage::capture
