// Arena: memory in which a whole world lies, so that copying it is copying bytes.
//
// Theory of operation. Cores, registries and sessions point into each other and cannot be copied one by one.
// But a world whose every allocation came from one piece of memory is that piece: saved, and later put back
// where it was, it is what it was then, every pointer included. The arena's own books (what is free) lie in
// the piece too. Each thread has an arena of its own; an image goes back only where it was made.
//
// `operator new` takes from the thread's arena while a Scope is open, else from the heap as ever. What was
// made in a scope may be let go of outside of it; what lives outside must not be changed inside.
//
// A call's session is a megabyte, nearly all of it for sound, and lies apart (FarScope): an image holds only
// those of its pages that are not zero, and it is looked at only when its owner has said `touched`, which is
// before each call that may change it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace shopbell::simulation::small {

class Arena {
 public:
  // This thread's.
  static Arena& mine();

  class Scope {
   public:
    Scope();
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    const bool was_open_;
  };
  // Within a Scope: large blocks lie apart.
  class FarScope {
   public:
    FarScope();
    ~FarScope();
    FarScope(const FarScope&) = delete;
    FarScope& operator=(const FarScope&) = delete;
  };

  struct Page {
    alignas(64) std::byte bytes[4096];
  };
  // Those pages of a region that are not zero.
  struct Pages {
    std::vector<std::uint32_t> numbers{};  // ascending
    std::vector<Page> pages{};
  };
  struct Image {
    std::vector<std::byte> near{};
    std::shared_ptr<const Pages> far{};
  };

  void save(Image& into);
  void load(const Image& image);
  // Nothing is in it any more.
  void clear();
  // What lies apart may be changed now.
  void touched() { touched_ = true; }

  void* take(std::size_t bytes);
  void give(void* block);
  bool holds(const void* block) const;

 private:
  static constexpr std::size_t step_bytes = 16;
  static constexpr std::size_t small_classes = 64;  // up to 1 kB, each 16 bytes more
  static constexpr std::size_t large_classes = 20;  // from there on each twice as large
  static constexpr std::size_t far_from_bytes = 64 * 1024;

  struct Free {
    Free* next;
  };
  struct Region {
    std::size_t used;  // from its beginning
    Free* free[small_classes + large_classes];
  };
  // At the beginning of the piece.
  struct Books {
    Region near;
    Region far;
  };
  // Before each block.
  struct alignas(step_bytes) Head {
    std::size_t kind;
  };

  Arena();
  static std::size_t class_of(std::size_t bytes);
  static std::size_t bytes_of(std::size_t kind);
  Books& books() const { return *reinterpret_cast<Books*>(near_); }
  std::shared_ptr<const Pages> far_pages() const;
  void load_far(const Pages& pages);

  std::byte* near_;
  std::byte* far_;
  bool touched_ = false;
  std::size_t far_pages_max_ = 0;         // that were ever used
  std::shared_ptr<const Pages> far_now_;  // what lies apart, unless it was touched
};

}  // namespace shopbell::simulation::small
