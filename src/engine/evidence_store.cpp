#include "engine/evidence_store.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>

#include "evidence/packed.h"

namespace tlstriage::engine {

/// Chunks grow to the size of a huge page and begin where one may: half a gigabyte of evidence is
/// 250 page faults then instead of 130,000.
std::uint8_t* EvidenceStore::room(std::size_t size) {
    assert(size <= largest);
    if (size > chunk_ - used_) {
        chunk_ = std::clamp(chunk_ * 2, first_chunk, last_chunk);
        const std::align_val_t alignment{chunk_};
        chunks_.emplace_back(static_cast<std::uint8_t*>(::operator new(chunk_, alignment)),
                             FreeChunk{alignment});
        if (chunk_ == last_chunk) ::madvise(chunks_.back().get(), chunk_, MADV_HUGEPAGE);
        used_ = 0;
    }
    return chunks_.back().get() + used_;
}

namespace {

EvidenceStore::Entry entry_of(const evidence::Evidence& evidence, const std::uint8_t* bytes,
                              std::size_t size) {
    return {.first = evidence.first,
            .file = evidence.file,
            .bytes = bytes,
            .size = static_cast<std::uint32_t>(size),
            .client_lane = evidence.client_lane,
            .last = evidence.last,
            .record = record_of(evidence)};
}

}  // namespace

EvidenceStore::Entry EvidenceStore::make(const evidence::Evidence& evidence) {
    std::uint8_t* const bytes = room(evidence::room_to_pack(evidence));
    const std::size_t size = evidence::pack(evidence, bytes);
    used_ += size;
    return entry_of(evidence, bytes, size);
}

EvidenceStore::Index EvidenceStore::add(const evidence::Evidence& evidence) {
    if (size_ % block == 0) blocks_.push_back(std::make_unique<Entry[]>(block));
    at(size_) = make(evidence);
    return size_++;
}

EvidenceStore::Index EvidenceStore::add(const Entry& entry) {
    if (size_ % block == 0) blocks_.push_back(std::make_unique<Entry[]>(block));
    std::uint8_t* const bytes = room(entry.size);
    std::memcpy(bytes, entry.bytes, entry.size);
    used_ += entry.size;
    at(size_) = entry;
    at(size_).bytes = bytes;
    return size_++;
}

void EvidenceStore::clear() {
    chunks_.clear();
    blocks_.clear();
    chunk_ = used_ = 0;
    size_ = assigned_ = 0;
}

EvidenceStore::Index EvidenceStore::add_packed(Bytes packed, const evidence::Evidence& evidence) {
    if (size_ % block == 0) blocks_.push_back(std::make_unique<Entry[]>(block));
    std::uint8_t* const bytes = room(packed.size());
    std::ranges::copy(packed, bytes);
    used_ += packed.size();
    at(size_) = entry_of(evidence, bytes, packed.size());
    return size_++;
}

void EvidenceStore::replace(Index index, const evidence::Evidence& evidence) {
    at(index) = make(evidence);
}

void EvidenceStore::Entry::unpack(evidence::Evidence& evidence) const {
    if (!evidence::unpack({bytes, size}, evidence)) std::abort();  // they are our own
    evidence.file = file;
    evidence.archive = archive;
    evidence.last = last;
    evidence.frames_lost = frames_lost;
    for (std::size_t i = 0; i < evidence.sides.size(); ++i) {
        evidence.sides[i].packets = side_packets[i];
        evidence.sides[i].bytes = side_bytes[i];
    }
}

void EvidenceStore::end_archive(std::uint32_t archive) {
    for (; assigned_ < size_; ++assigned_)
        at(assigned_).archive = archive;
}

}  // namespace tlstriage::engine
