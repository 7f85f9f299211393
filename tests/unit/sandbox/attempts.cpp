// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

#include "attempts.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace phone::sandbox {
namespace {

// 0 or errno of a call that gives -1 on failure; a descriptor it gave is closed.
int outcome(int result) {
  const int error = result < 0 ? errno : 0;
  if (result > 2) close(result);
  return error;
}

int start(const char* program) {
  const pid_t child = vfork();
  if (child < 0) return errno;
  if (child == 0) {
    execl(program, program, "--version", nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EACCES;
}

int connect_unix(const std::string& path, bool abstract) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  path.copy(to.sun_path + (abstract ? 1 : 0), sizeof to.sun_path - 2);
  const auto size = abstract ? static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + path.size())
                             : static_cast<socklen_t>(sizeof to);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) return errno;
  const int error = outcome(connect(fd, reinterpret_cast<sockaddr*>(&to), size));
  close(fd);
  return error;
}

int with_tcp(int (*use)(int, const sockaddr*, socklen_t), unsigned short port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return errno;
  const int error = outcome(use(fd, reinterpret_cast<sockaddr*>(&to), sizeof to));
  close(fd);
  return error;
}

int bind_and_listen(int fd, const sockaddr* at, socklen_t size) { return bind(fd, at, size) != 0 ? -1 : listen(fd, 1); }
int only_listen(int fd, const sockaddr*, socklen_t) { return listen(fd, 1); }  // the kernel then picks a port

int bind_udp(const Surroundings&) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) return errno;
  const int error = outcome(bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at));
  close(fd);
  return error;
}

int write_then_run(const Surroundings&) {
  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return outcome(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

int one_more_thread(const Surroundings&) {
  int seen = EAGAIN;
  std::thread([&] { seen = 0; }).join();
  return seen;
}

}  // namespace

int in_a_child(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    if (const int quiet = open("/dev/null", O_WRONLY); quiet >= 0) {
      dup2(quiet, STDOUT_FILENO);
      dup2(quiet, STDERR_FILENO);
    }
    _exit(work() & 0x7f);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) < 0) return 255;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

const std::vector<Attempt>& attempts() {
  static const std::vector<Attempt> all = {
      {"thread", one_more_thread},
      {"own state",
       [](const Surroundings& s) { return outcome(open((s.own_state + "/new").c_str(), O_CREAT | O_RDWR, 0600)); }},
      {"read own state", [](const Surroundings& s) { return outcome(open((s.own_state + "/old").c_str(), O_RDONLY)); }},
      {"mesh", [](const Surroundings& s) { return connect_unix(s.unix_socket, false); }},
      {"read foreign", [](const Surroundings& s) { return outcome(open(s.foreign_file.c_str(), O_RDONLY)); }, true},
      {"write foreign", [](const Surroundings& s) { return outcome(open(s.foreign_file.c_str(), O_WRONLY)); }, true},
      {"truncate foreign",
       [](const Surroundings& s) { return outcome(open(s.foreign_file.c_str(), O_WRONLY | O_TRUNC)); }, true},
      {"remove foreign", [](const Surroundings& s) { return outcome(unlink(s.foreign_file.c_str())); }, true},
      {"plant foreign",
       [](const Surroundings& s) {
         return outcome(open((s.foreign_directory + "/planted").c_str(), O_CREAT | O_RDWR, 0600));
       },
       true},
      {"list foreign",
       [](const Surroundings& s) { return outcome(open(s.foreign_directory.c_str(), O_RDONLY | O_DIRECTORY)); }, true},
      {"abstract socket", [](const Surroundings& s) { return connect_unix(s.abstract_socket, true); }, true},
      {"signal a stranger", [](const Surroundings& s) { return outcome(kill(s.stranger, SIGCONT)); }, true},
      {"connect", [](const Surroundings& s) { return with_tcp(connect, s.tcp_port); }},
      {"listen", [](const Surroundings&) { return with_tcp(bind_and_listen, 0); }},
      {"listen unbound", [](const Surroundings&) { return with_tcp(only_listen, 0); }},
      {"udp", bind_udp},
      {"raw", [](const Surroundings&) { return outcome(socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL))); }},
      {"bluetooth", [](const Surroundings&) { return outcome(socket(31, SOCK_RAW, 0)); }},
      {"new code", write_then_run},
      {"exec", [](const Surroundings&) { return start("/usr/bin/true"); }},
      {"exec sed", [](const Surroundings&) { return start("/usr/bin/sed"); }},
      {"replace itself", [](const Surroundings&) { return outcome(execl("/usr/bin/true", "true", nullptr)); }},
      {"ptrace",
       [](const Surroundings& s) { return outcome(static_cast<int>(ptrace(PTRACE_ATTACH, s.stranger, 0, 0))); }},
      {"become another", [](const Surroundings&) { return outcome(setuid(7410)); }},
  };
  return all;
}

}  // namespace phone::sandbox
