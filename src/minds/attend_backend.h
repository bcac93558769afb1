// attend() as llama.cpp's kernel for attention: a device of its backend interface, beside the CPU,
// that takes GGML_OP_FLASH_ATTN_EXT and nothing else.
#pragma once

namespace wood {

// Whether contexts can have it: llama.cpp's internal header was there when this was compiled.
bool attend_available();
// Makes the device known, once; contexts that are opened later have it. Not while another thread
// opens one.
void attend_register();

// Contexts that are opened on this thread while it lives compute attention by attend(), if it was
// wanted; all others by llama.cpp's own kernels, as if there were no such device.
class AttendScope {
 public:
  explicit AttendScope(bool wanted);
  ~AttendScope();
  AttendScope(const AttendScope&) = delete;
  AttendScope& operator=(const AttendScope&) = delete;
  [[nodiscard]] bool wanted() const { return wanted_; }
  // How often llama.cpp asked, while a context was opened, whether attention can be computed here,
  // and was told that it can, or not. One that can be is: no other device of ours takes it.
  [[nodiscard]] int taken() const { return taken_; }
  [[nodiscard]] int refused() const { return refused_; }

 private:
  friend struct AttendAsked;
  AttendScope* before_;
  bool wanted_;
  int taken_ = 0, refused_ = 0;
};

}  // namespace wood
