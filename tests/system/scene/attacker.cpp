// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// mesh-attacker sockets SECONDS ATTACK|all PLACE... -- attacks each Unix socket that this uid may connect to.
// mesh-attacker knock SOCKET                        -- prints whether a well-behaved connection is let in.
// mesh-attacker processes                           -- tries to signal and to read every other process.
// mesh-attacker directories plant|clear             -- lays FIFOs, links and directories into every directory this uid
// may write to. Run by the test of attacks from within as the uid and groups of one service, inside a phone on the
// bench. Prints one line for each thing that was within reach.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/system/scene/attack_socket.hpp"
#include "tests/unit/mesh/contract.hpp"

namespace phone::system {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> methods_of(const std::string& service) {
  std::vector<std::string> methods;
  for (const auto* method : mesh::all_methods()) {
    if (mesh::of_every_process(*method) || mesh::role_of_process(service) == mesh::owner_of(*method)) {
      methods.push_back(mesh::path_of(*method));
    }
  }
  methods.emplace_back("grpc.health.v1.Health/Watch");
  methods.emplace_back("phone.nobody.v1.Nothing/None");
  return methods;
}

int attack_sockets(double seconds, const std::string& kind, const std::vector<std::string>& sockets) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::vector<std::thread> threads;
  for (const auto& socket : sockets) {
    if (access(socket.c_str(), W_OK) != 0) continue;
    std::printf("socket %s\n", socket.c_str());
    const std::string service = fs::path(socket).parent_path().filename();
    for (const auto& attack : socket_attacks()) {
      if (kind != "all" && kind != attack.name) continue;
      threads.emplace_back(
          [&attack, socket, until, methods = methods_of(service)] { attack.run(socket, until, methods); });
    }
  }
  std::fflush(stdout);
  for (auto& thread : threads) thread.join();
  return 0;
}

int attack_processes() {
  const uid_t self = getuid();
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) continue;
    struct stat info {};
    if (stat(entry.path().c_str(), &info) != 0 || info.st_uid == self) continue;
    const pid_t pid = std::stoi(name);
    for (const int signal : {SIGSTOP, SIGKILL, SIGTERM, SIGHUP}) {
      if (kill(pid, signal) == 0) std::printf("signal %d of uid %u\n", signal, info.st_uid);
    }
    for (const char* file : {"mem", "environ", "maps", "fd", "root", "cwd"}) {
      const int fd = open((entry.path() / file).c_str(), O_RDONLY | O_CLOEXEC);
      if (fd < 0) continue;
      std::printf("read %s of uid %u\n", file, info.st_uid);
      close(fd);
    }
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    for (int fd = 0; pidfd >= 0 && fd < 64; ++fd) {
      if (const auto taken = static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, fd, 0)); taken >= 0) {
        std::printf("descriptor %d of uid %u\n", fd, info.st_uid);
        close(taken);
      }
    }
    if (pidfd >= 0) close(pidfd);
  }
  return 0;
}

constexpr char kMark[] = "attacker-was-here";

// Names a process that writes here may use next: those that are there, with what commonly goes behind a name.
std::vector<std::string> likely_names(const fs::path& directory) {
  std::vector<std::string> names = {"state", "new", "tmp"};
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    const std::string name = entry.path().filename();
    if (names.size() > 200) break;
    names.push_back(name);
    for (const char* behind : {".new", ".tmp", ".bak", "~", ".upgrade", ".lock"}) names.push_back(name + behind);
  }
  return names;
}

int attack_directories(bool plant) {
  std::vector<fs::path> writable;
  std::error_code ignored;
  for (const char* root : {"/run", "/var/lib/phone", "/etc/phone", "/tmp", "/var/tmp", "/dev/shm", "/usr/lib/phone"}) {
    if (access(root, W_OK | X_OK) == 0) writable.emplace_back(root);
    for (auto at = fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, ignored);
         at != fs::recursive_directory_iterator(); at.increment(ignored)) {
      if (ignored) break;
      if (!at->is_symlink(ignored) && at->is_directory(ignored) && access(at->path().c_str(), W_OK | X_OK) == 0) {
        writable.push_back(at->path());
      }
    }
  }
  for (const auto& directory : writable) {
    const fs::path note = directory / kMark;
    if (!plant) {
      std::ifstream planted(note);
      for (std::string name; std::getline(planted, name);) fs::remove_all(directory / name, ignored);
      fs::remove(note, ignored);
      continue;
    }
    std::printf("directory %s\n", directory.c_str());
    std::ofstream planted(note);
    int turn = 0;
    for (const auto& name : likely_names(directory)) {
      const fs::path at = directory / name;
      if (fs::symlink_status(at, ignored).type() != fs::file_type::not_found) continue;
      const int kind = turn++ % 4;
      const bool laid = kind == 0   ? mkfifo(at.c_str(), 0666) == 0
                        : kind == 1 ? symlink("/etc/passwd", at.c_str()) == 0
                        : kind == 2 ? mkdir(at.c_str(), 0777) == 0
                                    : mkfifo(at.c_str(), 0666) == 0;
      if (laid) planted << name << "\n";
    }
  }
  return 0;
}

}  // namespace
}  // namespace phone::system

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() >= 3 && words[0] == "sockets") {
    return phone::system::attack_sockets(std::stod(words[1]), words[2], {words.begin() + 3, words.end()});
  }
  if (words.size() == 2 && words[0] == "knock") {
    return std::printf("%s\n", phone::system::is_let_in(words[1]) ? "let in" : "shut out"), 0;
  }
  if (words.size() == 1 && words[0] == "processes") return phone::system::attack_processes();
  if (words.size() == 2 && words[0] == "directories") return phone::system::attack_directories(words[1] == "plant");
  std::fprintf(
      stderr,
      "mesh-attacker sockets SECONDS ATTACK|all SOCKET... | knock SOCKET | processes | directories plant|clear\n");
  return 2;
}
