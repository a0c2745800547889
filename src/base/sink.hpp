#pragma once

#include <cstdint>
#include <string_view>

namespace r2i {

/// What a traversal of an object tells of it, in order: maps, lists and scalars. One traversal (model/describe.hpp)
/// thus serves every format. Keys come in the order in which they are to be written.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  virtual void begin_map() = 0;
  virtual void key(std::string_view name) = 0;
  virtual void end_map() = 0;
  virtual void begin_list() = 0;
  virtual void end_list() = 0;
  virtual void string(std::string_view value) = 0;
  virtual void integer(std::int64_t value) = 0;
  virtual void number(double value) = 0;
  virtual void boolean(bool value) = 0;
};

}  // namespace r2i
