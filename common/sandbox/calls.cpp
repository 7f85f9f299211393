#include "common/sandbox/calls.hpp"

#include <array>

namespace phone::sandbox {
namespace {

using namespace std::string_view_literals;

// Memory (mmap and mprotect have rules of their own), threads, time, files, sockets, and who we are.
constexpr std::array kEvery = {
    "brk"sv, "munmap"sv, "mremap"sv, "madvise"sv, "membarrier"sv, "mincore"sv,
    "futex"sv, "futex_waitv"sv, "rseq"sv, "set_robust_list"sv, "get_robust_list"sv, "set_tid_address"sv, "exit"sv,
    "exit_group"sv, "gettid"sv, "getpid"sv, "getppid"sv, "tgkill"sv, "sched_yield"sv, "sched_getaffinity"sv,
    "sched_getparam"sv, "sched_getscheduler"sv, "sched_get_priority_max"sv, "sched_get_priority_min"sv, "arch_prctl"sv,
    "sigaltstack"sv, "rt_sigaction"sv, "rt_sigprocmask"sv, "rt_sigreturn"sv, "rt_sigtimedwait"sv, "rt_sigpending"sv,
    "rt_sigsuspend"sv, "restart_syscall"sv, "pause"sv,
    "clock_gettime"sv, "clock_getres"sv, "clock_nanosleep"sv, "nanosleep"sv, "gettimeofday"sv, "time"sv, "times"sv,
    "timerfd_create"sv, "timerfd_settime"sv, "timerfd_gettime"sv, "getitimer"sv,
    "read"sv, "write"sv, "readv"sv, "writev"sv, "pread64"sv, "pwrite64"sv, "preadv"sv, "pwritev"sv, "preadv2"sv,
    "pwritev2"sv, "sendfile"sv, "lseek"sv, "close"sv, "close_range"sv, "dup"sv, "dup2"sv, "dup3"sv, "fcntl"sv, "ioctl"sv,
    "poll"sv, "ppoll"sv, "select"sv, "pselect6"sv, "epoll_create"sv, "epoll_create1"sv, "epoll_ctl"sv, "epoll_wait"sv,
    "epoll_pwait"sv, "epoll_pwait2"sv, "eventfd"sv, "eventfd2"sv, "pipe"sv, "pipe2"sv, "memfd_create"sv,
    "inotify_init1"sv, "inotify_add_watch"sv, "inotify_rm_watch"sv,
    "open"sv, "openat"sv, "openat2"sv, "creat"sv, "stat"sv, "fstat"sv, "lstat"sv, "newfstatat"sv, "statx"sv, "statfs"sv,
    "fstatfs"sv, "access"sv, "faccessat"sv, "faccessat2"sv, "getdents64"sv, "readlink"sv, "readlinkat"sv, "getcwd"sv,
    "rename"sv, "renameat"sv, "renameat2"sv, "unlink"sv, "unlinkat"sv, "mkdir"sv, "mkdirat"sv, "rmdir"sv, "fsync"sv,
    "fdatasync"sv, "ftruncate"sv, "fallocate"sv, "flock"sv, "chmod"sv, "fchmod"sv, "fchmodat"sv, "umask"sv,
    "utimensat"sv, "fadvise64"sv,
    "socketpair"sv, "connect"sv, "accept"sv, "accept4"sv, "getsockname"sv, "getpeername"sv, "getsockopt"sv,
    "setsockopt"sv, "sendto"sv, "recvfrom"sv, "sendmsg"sv, "recvmsg"sv, "sendmmsg"sv, "recvmmsg"sv, "shutdown"sv,
    "getuid"sv, "geteuid"sv, "getgid"sv, "getegid"sv, "getresuid"sv, "getresgid"sv, "getgroups"sv, "uname"sv,
    "sysinfo"sv, "getrlimit"sv, "getrandom"sv, "getrusage"sv, "capget"sv, "getpgrp"sv, "getpgid"sv, "getsid"sv};

constexpr std::array kPriority = {"sched_setscheduler"sv, "sched_setparam"sv, "sched_setaffinity"sv, "setpriority"sv,
                                  "mlock"sv, "mlock2"sv, "munlock"sv};

constexpr std::array kPrograms = {"execve"sv, "vfork"sv, "fork"sv, "wait4"sv, "waitid"sv, "kill"sv, "pidfd_open"sv,
                                  "pidfd_send_signal"sv, "setsid"sv, "setpgid"sv, "chdir"sv, "fchdir"sv, "alarm"sv,
                                  "setitimer"sv, "symlink"sv, "link"sv, "utime"sv, "sched_setaffinity"sv, "capset"sv,
                                  "sync"sv};

// The runtime of a sanitizer asks more of the kernel; it is compiled in with the sanitizer, so that no build has a switch.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::array kSanitizers = {"prlimit64"sv, "personality"sv, "sched_setaffinity"sv, "setrlimit"sv, "mlock"sv,
                                    "munlock"sv};
#else
constexpr std::array<std::string_view, 0> kSanitizers = {};
#endif

constexpr std::array kAttackers = {
    "ptrace"sv, "process_vm_readv"sv, "process_vm_writev"sv, "kcmp"sv, "pidfd_getfd"sv, "bpf"sv, "perf_event_open"sv,
    "userfaultfd"sv, "io_uring_setup"sv, "io_uring_enter"sv, "io_uring_register"sv, "keyctl"sv, "add_key"sv,
    "request_key"sv, "mount"sv, "umount2"sv, "move_mount"sv, "open_tree"sv, "fsopen"sv, "pivot_root"sv, "chroot"sv,
    "setns"sv, "unshare"sv, "init_module"sv, "finit_module"sv, "delete_module"sv, "kexec_load"sv, "kexec_file_load"sv,
    "reboot"sv, "swapon"sv, "swapoff"sv, "open_by_handle_at"sv, "execveat"sv, "mknod"sv, "mknodat"sv};

constexpr std::array kIdentity = {"setuid"sv,    "setreuid"sv,  "setresuid"sv, "setgid"sv,   "setregid"sv,
                                  "setresgid"sv, "setgroups"sv, "setfsuid"sv,  "setfsgid"sv};

}  // namespace

Calls of_every_service() { return kEvery; }
Calls of_priority() { return kPriority; }
Calls of_programs() { return kPrograms; }
Calls of_sanitizers() { return kSanitizers; }
Calls of_attackers() { return kAttackers; }
Calls of_identity() { return kIdentity; }

}  // namespace phone::sandbox
