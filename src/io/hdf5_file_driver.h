// SPDX-License-Identifier: MIT
//
// How HDF5 files reach the disk: through a driver of our own, for one reason. When a write fails
// (full disk, quota, file size limit), the library cannot close the file any more and crashes at
// the end of the process. This driver never tells it: bytes that the disk refuses are kept in
// memory until the file is closed, and the first refusal is remembered for whoever asks.
// https://docs.hdfgroup.org/hdf5/v1_10/_v_f_l.html
#pragma once

#include <hdf5.h>

namespace stategrad::io {

/// Makes files that are created with these access properties go through the driver.
/// @param refused receives the system's error number of the first write that failed; stays 0 when
///   none does; must outlive the file
/// @returns whether the library took the driver
[[nodiscard]] bool use_file_driver(hid_t access_properties, int& refused);

}  // namespace stategrad::io
