// SPDX-License-Identifier: MIT
//
// The errors of stategrad. The library reports every failure by throwing one of these; it never
// prints, exits or aborts. Messages are one line and name the thing, the value and what to do.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace stategrad {

/// Base of every error that the library throws on purpose. Whoever catches it needs no other type;
/// the kinds below tell whose fault it was, and give the program its exit codes. Beside these only
/// the standard library's own exceptions leave the library, such as std::bad_alloc.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller asked for something that makes no sense: a bad option, a bad configuration.
/// The program exits with 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A file is missing, unreadable, truncated or holds something else than it should.
/// The program exits with 1. what() is "<file>: <place>: <message>", without "<place>: " if empty.
class DataError : public Error {
 public:
  /// @param file  the path as the user gave it
  /// @param place where in the file, such as "line 12" or "offset 80"; may be empty
  /// @param message what was found, what was expected, what to do
  DataError(std::string file, std::string place, const std::string& message)
      : Error(file + ": " + (place.empty() ? "" : place + ": ") + message),
        file_(std::move(file)),
        place_(std::move(place)) {}

  /// The path as the user gave it.
  [[nodiscard]] const std::string& file() const { return file_; }
  /// Where in the file, or empty.
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  std::string file_;
  std::string place_;
};

/// A computation left the finite numbers, or a check of numbers failed. The program exits with 1.
class NumericalError : public Error {
 public:
  using Error::Error;
};

/// Not enough disk, memory or other resource. The program exits with 1.
class ResourceError : public Error {
 public:
  using Error::Error;
};

/// The user asked to stop; what was done so far is saved. The program exits with 130.
class Interrupted : public Error {
 public:
  using Error::Error;
};

/// A bug in stategrad itself. The program exits with 1 and asks for a report.
class InternalError : public Error {
 public:
  using Error::Error;
};

}  // namespace stategrad
