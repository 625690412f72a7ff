// SPDX-License-Identifier: MIT
#include "io/hdf5_file_driver.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace stategrad::io {
namespace {

/// What access properties carry to open().
struct Settings {
  int* refused = nullptr;
};

/// A file as the library sees it; H5FD_t must stand first.
struct DriverFile {
  H5FD_t base = {};
  int descriptor = -1;
  haddr_t allocated = 0;
  haddr_t size = 0;
  int* refused = nullptr;
  /// Bytes that the disk did not take, by place. Later ones may overlap earlier ones.
  std::vector<std::pair<haddr_t, std::vector<std::byte>>> kept;
};

DriverFile* mine(H5FD_t* file) { return reinterpret_cast<DriverFile*>(file); }
const DriverFile* mine(const H5FD_t* file) { return reinterpret_cast<const DriverFile*>(file); }

H5FD_t* open_file(const char* name, unsigned flags, hid_t properties, haddr_t) {
  const auto* settings = static_cast<const Settings*>(H5Pget_driver_info(properties));
  if (settings == nullptr || (flags & H5F_ACC_CREAT) == 0) return nullptr;
  const int descriptor = ::open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    *settings->refused = errno;
    return nullptr;
  }
  auto file = std::make_unique<DriverFile>();
  file->descriptor = descriptor;
  file->refused = settings->refused;
  return &file.release()->base;
}

herr_t close_file(H5FD_t* file) {
  const std::unique_ptr<DriverFile> owned(mine(file));
  if (::close(owned->descriptor) != 0 && *owned->refused == 0) *owned->refused = errno;
  return 0;
}

int compare(const H5FD_t* a, const H5FD_t* b) { return mine(a)->descriptor - mine(b)->descriptor; }

herr_t query(const H5FD_t*, unsigned long* features) {
  *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
              H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t allocated(const H5FD_t* file, H5FD_mem_t) { return mine(file)->allocated; }

herr_t set_allocated(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  mine(file)->allocated = end;
  return 0;
}

haddr_t size_of(const H5FD_t* file, H5FD_mem_t) { return mine(file)->size; }

/// Reads what the disk has; past its end there are zeros.
bool read_disk(int descriptor, haddr_t place, std::byte* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(descriptor, out, size, static_cast<off_t>(place));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) {
      std::memset(out, 0, size);
      return true;
    }
    out += got;
    place += static_cast<haddr_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t place, std::size_t size, void* buffer) {
  const DriverFile& from = *mine(file);
  auto* out = static_cast<std::byte*>(buffer);
  if (!read_disk(from.descriptor, place, out, size)) return -1;
  for (const auto& [start, bytes] : from.kept) {
    const haddr_t first = std::max(start, place);
    const haddr_t last = std::min(start + bytes.size(), place + size);
    if (first < last) std::memcpy(out + (first - place), &bytes[first - start], last - first);
  }
  return 0;
}

/// @returns how many of the bytes the disk took; errno says why not all
std::size_t write_disk(int descriptor, haddr_t place, const std::byte* in, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t took =
        ::pwrite(descriptor, in + done, size - done, static_cast<off_t>(place + done));
    if (took < 0 && errno == EINTR) continue;
    if (took <= 0) {
      if (took == 0) errno = ENOSPC;
      break;
    }
    done += static_cast<std::size_t>(took);
  }
  return done;
}

herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t place, std::size_t size, const void* buffer) {
  DriverFile& to = *mine(file);
  const auto* in = static_cast<const std::byte*>(buffer);
  const std::size_t done =
      *to.refused == 0 ? write_disk(to.descriptor, place, in, size) : std::size_t{0};
  if (done < size) {
    if (*to.refused == 0) *to.refused = errno;
    to.kept.emplace_back(place + done, std::vector<std::byte>(in + done, in + size));
  }
  to.size = std::max(to.size, place + size);
  return 0;
}

herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  DriverFile& of = *mine(file);
  if (of.size == of.allocated) return 0;
  if (*of.refused == 0 && ::ftruncate(of.descriptor, static_cast<off_t>(of.allocated)) != 0) {
    *of.refused = errno;
  }
  of.size = of.allocated;
  return 0;
}

void* settings_of(H5FD_t* file) { return new Settings{mine(file)->refused}; }
void* copy_settings(const void* settings) {
  return new Settings(*static_cast<const Settings*>(settings));
}
herr_t free_settings(void* settings) {
  delete static_cast<Settings*>(settings);
  return 0;
}

H5FD_class_t make_class() {
  H5FD_class_t driver = {};
#if H5_VERSION_GE(1, 13, 0)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(600);
#endif
  driver.name = "stategrad";
  driver.maxaddr = static_cast<haddr_t>(std::numeric_limits<off_t>::max());
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(Settings);
  driver.fapl_get = settings_of;
  driver.fapl_copy = copy_settings;
  driver.fapl_free = free_settings;
  driver.open = open_file;
  driver.close = close_file;
  driver.cmp = compare;
  driver.query = query;
  driver.get_eoa = allocated;
  driver.set_eoa = set_allocated;
  driver.get_eof = size_of;
  driver.read = read;
  driver.write = write;
  driver.truncate = truncate;
  for (H5FD_mem_t& kind : driver.fl_map) kind = H5FD_MEM_SUPER;
  return driver;
}

}  // namespace

bool use_file_driver(hid_t access_properties, int& refused) {
  static const H5FD_class_t driver = make_class();
  static const hid_t registered = H5FDregister(&driver);
  const Settings settings{&refused};
  return registered >= 0 && H5Pset_driver(access_properties, registered, &settings) >= 0;
}

}  // namespace stategrad::io
