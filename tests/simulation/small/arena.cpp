#include "small/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

namespace shopbell::simulation::small {
namespace {

constexpr std::size_t arenas_max = 64;
constexpr std::size_t region_bytes = std::size_t{32} << 20;
constexpr std::size_t all_bytes = arenas_max * 2 * region_bytes;
constexpr std::size_t page_bytes = sizeof(Arena::Page);

thread_local bool is_open = false;
thread_local bool is_far = false;

// One piece of addresses for all, so that one comparison tells what belongs to any of them.
std::byte* all() {
  static std::byte* const begin = [] {
    void* got =
        mmap(nullptr, all_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED) std::abort();
    return static_cast<std::byte*>(got);
  }();
  return begin;
}

// Its first byte is, and each is as the one before it.
bool is_zero(const std::byte* page) {
  return page[0] == std::byte{} && std::memcmp(page, page + 1, page_bytes - 1) == 0;
}

std::size_t pages_in(std::size_t bytes) { return (bytes + page_bytes - 1) / page_bytes; }

}  // namespace

Arena::Arena() {
  static std::size_t made = 0;
  const std::size_t number = __atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);
  if (number >= arenas_max) std::abort();
  near_ = all() + number * 2 * region_bytes;
  far_ = near_ + region_bytes;
  clear();
}

Arena& Arena::mine() {
  static thread_local Arena arena;
  return arena;
}

Arena::Scope::Scope() : was_open_(is_open) {
  Arena::mine();
  is_open = true;
}
Arena::Scope::~Scope() { is_open = was_open_; }

Arena::FarScope::FarScope() { is_far = true; }
Arena::FarScope::~FarScope() { is_far = false; }

void Arena::clear() {
  load_far({});
  far_now_ = std::make_shared<const Pages>();
  touched_ = false;
  books() = {};
  books().near.used = (sizeof(Books) + step_bytes - 1) / step_bytes * step_bytes;
}

std::size_t Arena::class_of(std::size_t bytes) {
  const std::size_t steps = (std::max<std::size_t>(bytes, 1) + step_bytes - 1) / step_bytes;
  if (steps <= small_classes) return steps - 1;
  return small_classes + static_cast<std::size_t>(std::bit_width(steps - 1)) - 7;
}

std::size_t Arena::bytes_of(std::size_t kind) {
  if (kind < small_classes) return (kind + 1) * step_bytes;
  return (std::size_t{2} << (kind - small_classes)) * small_classes * step_bytes;
}

void* Arena::take(std::size_t bytes) {
  const bool apart = is_far && bytes >= far_from_bytes;
  Region& region = apart ? books().far : books().near;
  touched_ = touched_ || apart;
  const std::size_t kind = class_of(bytes);
  Free*& free = region.free[kind];
  if (free != nullptr) {
    Free* const block = free;
    free = block->next;
    return block;
  }
  const std::size_t at = region.used;
  const std::size_t needs = sizeof(Head) + bytes_of(kind);
  if (kind >= small_classes + large_classes || at + needs > region_bytes) std::abort();
  region.used += needs;
  auto* const head = reinterpret_cast<Head*>((apart ? far_ : near_) + at);
  head->kind = kind;
  return head + 1;
}

void Arena::give(void* block) {
  const bool apart = static_cast<std::byte*>(block) >= far_;
  touched_ = touched_ || apart;
  Free*& first = (apart ? books().far : books().near).free[(static_cast<Head*>(block) - 1)->kind];
  auto* const free = static_cast<Free*>(block);
  free->next = first;
  first = free;
}

bool Arena::holds(const void* block) const {
  const auto* at = static_cast<const std::byte*>(block);
  return at >= near_ && at < far_ + region_bytes;
}

// ---- images

void Arena::save(Image& into) {
  if (touched_) far_now_ = far_pages();
  touched_ = false;
  into.near.assign(near_, near_ + books().near.used);
  into.far = far_now_;
}

void Arena::load(const Image& image) {
  if (touched_ || far_now_ != image.far) load_far(*image.far);
  touched_ = false;
  far_now_ = image.far;
  std::memcpy(near_, image.near.data(), image.near.size());
}

std::shared_ptr<const Arena::Pages> Arena::far_pages() const {
  auto kept = std::make_shared<Pages>();
  for (std::size_t number = 0; number < pages_in(books().far.used); ++number) {
    const std::byte* page = far_ + number * page_bytes;
    if (is_zero(page)) continue;
    kept->numbers.push_back(static_cast<std::uint32_t>(number));
    std::memcpy(&kept->pages.emplace_back(), page, page_bytes);
  }
  return kept;
}

void Arena::load_far(const Pages& pages) {
  far_pages_max_ = std::max(far_pages_max_, pages_in(books().far.used));
  std::size_t kept = 0;
  for (std::size_t number = 0; number < far_pages_max_; ++number) {
    std::byte* page = far_ + number * page_bytes;
    if (kept < pages.numbers.size() && pages.numbers[kept] == number)
      std::memcpy(page, &pages.pages[kept++], page_bytes);
    else if (!is_zero(page))
      std::memset(page, 0, page_bytes);
  }
}

}  // namespace shopbell::simulation::small

// ---- the allocation functions of the whole program ([new.delete])

namespace {

void* taken(std::size_t bytes) {
  using namespace shopbell::simulation::small;
  if (is_open) return Arena::mine().take(bytes);
  void* const block = std::malloc(std::max<std::size_t>(bytes, 1));
  if (block == nullptr) std::abort();
  return block;
}

// What belongs to the arena of a thread that has ended went with it.
void given(void* block) {
  using namespace shopbell::simulation::small;
  if (block == nullptr) return;
  const auto* at = static_cast<const std::byte*>(block);
  if (at < all() || at >= all() + all_bytes) return std::free(block);
  if (Arena::mine().holds(block)) Arena::mine().give(block);
}

}  // namespace

void* operator new(std::size_t bytes) { return taken(bytes); }
void* operator new[](std::size_t bytes) { return taken(bytes); }
void operator delete(void* block) noexcept { given(block); }
void operator delete[](void* block) noexcept { given(block); }
void operator delete(void* block, std::size_t) noexcept { given(block); }
void operator delete[](void* block, std::size_t) noexcept { given(block); }
