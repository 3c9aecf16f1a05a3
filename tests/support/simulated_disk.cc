// SPDX-License-Identifier: Apache-2.0
#include "support/simulated_disk.h"

#include <algorithm>
#include <cstring>

namespace odradek::test {
namespace {

std::string_view page_of(const Buffer& content, std::size_t page) {
  const std::size_t begin = page * SimulatedDisk::page_size;
  if (begin >= content.size()) return {};
  const std::size_t size = std::min(SimulatedDisk::page_size, content.size() - begin);
  return {reinterpret_cast<const char*>(content.data()) + begin, size};
}

void put(Buffer& content, std::size_t begin, std::string_view bytes) {
  content.resize(std::max(content.size(), begin + bytes.size()));
  std::memcpy(content.data() + begin, bytes.data(), bytes.size());
}

}  // namespace

class SimulatedDisk::SimulatedFile : public log::File {
 public:
  SimulatedFile(SimulatedDisk& disk, InodePtr inode, std::string path)
      : disk_(disk), inode_(std::move(inode)), path_(std::move(path)) {}

  Result<std::size_t> read(std::span<std::byte> into, std::int64_t position) override {
    if (disk_.is_off()) return Error{Fault::io, "read " + path_ + ": the power is off"};
    const auto begin = static_cast<std::size_t>(position);
    if (begin >= inode_->now.size()) return std::size_t{0};
    const std::size_t size = std::min(into.size(), inode_->now.size() - begin);
    std::memcpy(into.data(), inode_->now.data() + begin, size);
    return size;
  }

  Result<> write(std::span<const Bytes> pieces, std::int64_t position) override {
    const auto outcome = disk_.step("write", path_);
    if (!outcome && !disk_.is_off()) return outcome;
    for (const Bytes piece : pieces) {
      const auto begin = static_cast<std::size_t>(position);
      const std::size_t end = begin + piece.size();
      if (end > inode_->now.size()) {
        TRY(disk_.take_space(static_cast<std::int64_t>(end - inode_->now.size())));
      }
      put(inode_->now, begin, as_text(piece));
      inode_->modified = Clock::wall_time();
      mark(begin, end);
      position += static_cast<std::int64_t>(piece.size());
    }
    return outcome;
  }

  Result<> truncate(std::int64_t size) override {
    const auto outcome = disk_.step("truncate", path_);
    if (!outcome && !disk_.is_off()) return outcome;
    // The pages behind are gone at once: a journal writes sizes in the order of things.
    const auto wanted = static_cast<std::size_t>(size);
    inode_->now.resize(wanted);
    if (inode_->durable.size() > wanted) inode_->durable.resize(wanted);
    const std::size_t first_gone = (wanted + page_size - 1) / page_size;
    inode_->dirty.erase(inode_->dirty.lower_bound(first_gone), inode_->dirty.end());
    return outcome;
  }

  Result<> sync() override {
    TRY(disk_.step("sync", path_));
    inode_->sync();
    return {};
  }
  Result<std::int64_t> size() override { return static_cast<std::int64_t>(inode_->now.size()); }
  void write_behind(std::int64_t, std::int64_t) override {}
  int descriptor() const override { return -1; }

 private:
  void mark(std::size_t begin, std::size_t end) {
    for (std::size_t page = begin / page_size; page * page_size < end; ++page) {
      inode_->dirty.insert(page);
    }
  }

  SimulatedDisk& disk_;
  InodePtr inode_;
  std::string path_;
};

class SimulatedDisk::SimulatedDirectory : public log::File {
 public:
  SimulatedDirectory(SimulatedDisk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  Result<std::size_t> read(std::span<std::byte>, std::int64_t) override { return not_a_file(); }
  Result<> write(std::span<const Bytes>, std::int64_t) override { return not_a_file(); }
  Result<> truncate(std::int64_t) override { return not_a_file(); }
  Result<> sync() override { return disk_.sync_directory(path_); }
  Result<std::int64_t> size() override { return not_a_file(); }
  void write_behind(std::int64_t, std::int64_t) override {}
  int descriptor() const override { return -1; }

 private:
  Error not_a_file() const { return {Fault::io, path_ + ": is a directory"}; }

  SimulatedDisk& disk_;
  std::string path_;
};

Result<> SimulatedDisk::step(const std::string& action, const std::string& path) {
  if (is_off() || ++steps_ >= cut_at_) {
    return Error{Fault::io, action + " " + path + ": the power is off"};
  }
  return faults_ ? faults_(action, path) : Result<>();
}

Result<> SimulatedDisk::take_space(std::int64_t bytes) {
  if (used_ + bytes > space_) return Error{Fault::no_space, "write: no space left"};
  used_ += bytes;
  return {};
}

void SimulatedDisk::apply(const NameChange& change, Names& names) {
  for (const auto& [name, inode] : change.names) {
    if (inode) {
      names[name] = *inode;
    } else {
      names.erase(name);
    }
  }
}

void SimulatedDisk::change(NameChange change) {
  apply(change, names_);
  changes_.push_back(std::move(change));
}

Result<log::FilePtr> SimulatedDisk::open(const std::string& path, Open how) {
  if (is_off()) return Error{Fault::io, "open " + path + ": the power is off"};
  auto found = names_.find(path);
  const bool wants_directory = how == Open::directory;
  if (found == names_.end() && how != Open::create) {
    return Error{Fault::not_found, "open " + path + ": no such file or directory"};
  }
  if (found == names_.end()) {
    if (!names_.contains(log::parent_of(path))) {
      return Error{Fault::not_found, "open " + path + ": no such file or directory"};
    }
    const auto outcome = step("create", path);
    if (!outcome && !is_off()) return outcome.error();
    change({log::parent_of(path), {{path, std::make_shared<Inode>()}}});
    if (!outcome) return outcome.error();
    found = names_.find(path);
  }
  if (wants_directory != !found->second) {
    return Error{Fault::io, "open " + path + ": is another kind of file"};
  }
  if (wants_directory) return log::FilePtr(new SimulatedDirectory(*this, path));
  return log::FilePtr(new SimulatedFile(*this, found->second, path));
}

Result<log::FilePtr> SimulatedDisk::lock(const std::string& path) {
  return open(path, Open::create);
}

Result<> SimulatedDisk::create_directories(const std::string& path) {
  if (names_.contains(path)) return {};
  const std::string parent = log::parent_of(path);
  if (parent != "." && parent != path && !parent.empty()) {
    TRY(create_directories(parent));
  }
  const auto outcome = step("create", path);
  if (!outcome && !is_off()) return outcome;
  change({parent, {{path, InodePtr()}}});
  return outcome;
}

Result<std::vector<std::string>> SimulatedDisk::list(const std::string& directory) {
  if (is_off()) return Error{Fault::io, "list " + directory + ": the power is off"};
  if (!names_.contains(directory)) {
    return Error{Fault::not_found, "list " + directory + ": no such file or directory"};
  }
  std::vector<std::string> found;
  const std::string prefix = directory + "/";
  for (auto at = names_.lower_bound(prefix); at != names_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    const std::string name = at->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) found.push_back(name);
  }
  return found;
}

Result<> SimulatedDisk::rename(const std::string& from, const std::string& to) {
  if (!names_.contains(from)) {
    return Error{Fault::not_found, "rename " + from + ": no such file or directory"};
  }
  const auto outcome = step("rename", from);
  if (!outcome && !is_off()) return outcome;
  NameChange changed{log::parent_of(from), {}};
  for (auto at = names_.lower_bound(from); at != names_.end(); ++at) {
    const bool is_below = at->first.starts_with(from + "/");
    if (at->first != from && !is_below) {
      if (!at->first.starts_with(from)) break;
      continue;
    }
    changed.names.emplace_back(at->first, std::nullopt);
    changed.names.emplace_back(to + at->first.substr(from.size()), at->second);
  }
  change(std::move(changed));
  return outcome;
}

Result<> SimulatedDisk::remove(const std::string& path) {
  const auto found = names_.find(path);
  if (found == names_.end()) {
    return Error{Fault::not_found, "remove " + path + ": no such file or directory"};
  }
  const auto outcome = step("remove", path);
  if (!outcome && !is_off()) return outcome;
  if (found->second) used_ -= static_cast<std::int64_t>(found->second->now.size());
  change({log::parent_of(path), {{path, std::nullopt}}});
  return outcome;
}

Result<> SimulatedDisk::remove_all(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& [name, inode] : names_) {
    if (name == directory || name.starts_with(directory + "/")) names.push_back(name);
  }
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    TRY(remove(*name));
  }
  return {};
}

Result<> SimulatedDisk::sync_directory(const std::string& path) {
  TRY(step("sync", path));
  for (const NameChange& each : changes_) {
    if (each.directory == path) apply(each, durable_names_);
  }
  std::erase_if(changes_, [&](const NameChange& each) { return each.directory == path; });
  return {};
}

Result<> SimulatedDisk::sync_all(const std::string& directory) {
  TRY(step("sync", directory));
  for (const NameChange& each : changes_) apply(each, durable_names_);
  changes_.clear();
  for (const auto& [name, inode] : names_) {
    if (inode) inode->sync();
  }
  return {};
}

bool SimulatedDisk::exists(const std::string& path) { return path == "." || names_.contains(path); }

Result<log::FileSystem::Space> SimulatedDisk::space(const std::string&) {
  return Space{space_ - used_, space_};
}

Result<Timestamp> SimulatedDisk::modified(const std::string& path) {
  const auto found = names_.find(path);
  const bool is_file = found != names_.end() && found->second;
  if (!is_file) return Error{Fault::not_found, "look at " + path + ": no such file"};
  return found->second->modified;
}

Result<> SimulatedDisk::set_modified(const std::string& path, Timestamp time) {
  TRY(modified(path));
  names_.at(path)->modified = time;
  return {};
}

Buffer* SimulatedDisk::content(const std::string& path) {
  const auto found = names_.find(path);
  return found == names_.end() || !found->second ? nullptr : &found->second->now;
}

// In an order that is the same each time.
std::vector<SimulatedDisk::InodePtr> SimulatedDisk::dirty_inodes() const {
  std::vector<InodePtr> found;
  const auto note = [&](const InodePtr& inode) {
    if (!inode || inode->dirty.empty()) return;
    if (std::find(found.begin(), found.end(), inode) == found.end()) found.push_back(inode);
  };
  for (const auto& [name, inode] : durable_names_) note(inode);
  for (const NameChange& change : changes_) {
    for (const auto& [name, inode] : change.names) {
      if (inode) note(*inode);
    }
  }
  return found;
}

SimulatedDisk::Undecided SimulatedDisk::undecided() const {
  Undecided undecided{.pages = 0, .names = changes_.size()};
  for (const InodePtr& inode : dirty_inodes()) undecided.pages += inode->dirty.size();
  return undecided;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_cut(const std::vector<bool>& pages,
                                                              std::size_t names) const {
  auto left = std::make_unique<SimulatedDisk>();
  Names found = durable_names_;
  for (std::size_t i = 0; i < names; ++i) apply(changes_[i], found);
  std::map<InodePtr, InodePtr> copies;
  std::size_t number = 0;
  for (const InodePtr& inode : dirty_inodes()) {
    auto copy = std::make_shared<Inode>();
    copy->now = inode->durable;
    for (const std::size_t page : inode->dirty) {
      if (!pages[number++]) continue;
      put(copy->now, page * page_size, page_of(inode->now, page));
    }
    copy->sync();
    copies[inode] = std::move(copy);
  }
  for (const auto& [name, inode] : found) {
    if (log::parent_of(name) != "." && !left->names_.contains(log::parent_of(name))) continue;
    InodePtr copy;
    if (inode) {
      InodePtr& known = copies[inode];
      if (!known) known = std::make_shared<Inode>(Inode{inode->durable, inode->durable, {}});
      copy = known;
      left->used_ += static_cast<std::int64_t>(copy->now.size());
    }
    left->names_[name] = copy;
  }
  left->durable_names_ = left->names_;
  left->space_ = space_;
  return left;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_power_cut(std::mt19937_64& random) const {
  const Undecided open = undecided();
  std::vector<bool> pages(open.pages);
  // Often all or nothing, as on a disk that has had time, or none.
  const auto chance = std::uniform_int_distribution(0, 4)(random);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    pages[i] = std::uniform_int_distribution(0, 3)(random) < chance;
  }
  return after_power_cut(pages, std::uniform_int_distribution<std::size_t>(0, open.names)(random));
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::after_kill() const {
  auto left = std::make_unique<SimulatedDisk>();
  std::map<InodePtr, InodePtr> copies;
  const auto copy = [&](const InodePtr& inode) {
    InodePtr& known = copies[inode];
    if (inode && !known) known = std::make_shared<Inode>(*inode);
    return known;
  };
  for (const auto& [name, inode] : names_) left->names_[name] = copy(inode);
  for (const auto& [name, inode] : durable_names_) left->durable_names_[name] = copy(inode);
  for (NameChange change : changes_) {
    for (auto& [name, inode] : change.names) {
      if (inode) inode = copy(*inode);
    }
    left->changes_.push_back(std::move(change));
  }
  left->space_ = space_;
  left->used_ = used_;
  return left;
}

}  // namespace odradek::test
