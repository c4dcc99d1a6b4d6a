#include "read_ahead.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace tlstriage::dataplane {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20U;
constexpr std::size_t fewest_blocks = 2;

/// Blocks go round: the thread fills the one behind the last that is full, the reader empties the
/// first. Counts never go back, so a block's place is its count modulo the number of blocks.
class ReadAhead final : public capture::ByteReader {
  public:
    ReadAhead(std::unique_ptr<capture::ByteReader> below, std::size_t blocks)
        : below_(std::move(below)), blocks_(blocks), thread_([this] { fill(); }) {}
    ReadAhead(ReadAhead&&) = delete;
    ReadAhead& operator=(ReadAhead&&) = delete;
    ~ReadAhead() override {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    std::size_t read(std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size() && wait_for_block()) {
            const std::vector<std::uint8_t>& block = blocks_[emptied_ % blocks_.size()];
            const std::size_t count = std::min(out.size() - done, block.size() - used_);
            std::memcpy(out.data() + done, block.data() + used_, count);
            done += count;
            used_ += count;
            if (used_ == block.size()) next_block();
        }
        return done;
    }
    std::uint64_t skip(std::uint64_t /*count*/) override { return 0; }
    [[nodiscard]] std::string error() const override {
        const std::lock_guard lock(mutex_);
        return ended_ && emptied_ == filled_ ? error_ : std::string();
    }
    [[nodiscard]] std::uint64_t stored_position() const override {
        const std::lock_guard lock(mutex_);
        return stored_position_;
    }
    [[nodiscard]] std::uint64_t stored_size() const override {
        const std::lock_guard lock(mutex_);
        return stored_size_;
    }

  private:
    /// False at the end.
    bool wait_for_block() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return emptied_ != filled_ || ended_; });
        if (emptied_ != filled_) return true;
        if (thrown_) std::rethrow_exception(thrown_);
        return false;
    }
    void next_block() {
        {
            const std::lock_guard lock(mutex_);
            ++emptied_;
        }
        used_ = 0;
        changed_.notify_all();
    }

    /// The thread.
    void fill() {
        try {
            while (fill_block()) {
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            thrown_ = std::current_exception();
            ended_ = true;
        }
        changed_.notify_all();
    }
    /// False when there is nothing more to do.
    bool fill_block() {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return filled_ - emptied_ < blocks_.size() || stopped_; });
            if (stopped_) return false;
        }
        std::vector<std::uint8_t>& block = blocks_[filled_ % blocks_.size()];
        block.resize(block_bytes);
        block.resize(below_->read(block));
        const bool last = block.size() < block_bytes;
        {
            const std::lock_guard lock(mutex_);
            if (!block.empty()) ++filled_;
            stored_position_ = below_->stored_position();
            stored_size_ = below_->stored_size();
            if (last) error_ = below_->error();
            ended_ = last;
        }
        changed_.notify_all();
        return !last;
    }

    std::unique_ptr<capture::ByteReader> below_;  ///< of the thread alone, once that runs
    std::vector<std::vector<std::uint8_t>> blocks_;
    std::size_t used_ = 0;  ///< of the first block
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t filled_ = 0;   ///< blocks so far; written by the thread
    std::uint64_t emptied_ = 0;  ///< likewise; written by the reader
    std::uint64_t stored_position_ = 0;
    std::uint64_t stored_size_ = 0;
    std::string error_;
    std::exception_ptr thrown_;
    bool ended_ = false;
    bool stopped_ = false;
    std::thread thread_;  ///< the last member: it uses the others
};

}  // namespace

std::unique_ptr<capture::ByteReader> read_ahead(std::unique_ptr<capture::ByteReader> below,
                                                std::size_t bytes) {
    return std::make_unique<ReadAhead>(std::move(below),
                                       std::max(fewest_blocks, bytes / block_bytes));
}

}  // namespace tlstriage::dataplane
