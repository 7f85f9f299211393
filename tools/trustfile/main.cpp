// Copyright The Phonemesh Authors
// SPDX-License-Identifier: Apache-2.0

// trustfile -- trust lists, signed files and certificate paths, judged as a phone would. Exit 0 accepted, 1 refused
// with the reason on one line, 2 usage.
#include <unistd.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>

#include "absl/time/clock.h"
#include "common/product/product.hpp"
#include "tools/trustfile/commands.hpp"

namespace {

using namespace phone::trustfile;

constexpr int kRefused = 1;
constexpr int kUsage = 2;

using Run = std::function<Answer()>;

// The options live as long as the command that uses them.
template <class Order>
std::shared_ptr<Order> command(CLI::App* sub, Run& run, Answer (*work)(const Order&)) {
  auto order = std::make_shared<Order>();
  sub->callback([&run, order, work] { run = [order, work] { return work(*order); }; });
  return order;
}

void file(CLI::App* sub, const char* name, Path& to, const char* help, bool required = false) {
  sub->add_option(name, to, help)->check(CLI::ExistingFile)->required(required);
}

void time(CLI::App* sub, absl::Time& to) {
  to = absl::Now();
  sub->add_option_function<std::string>(
      "--at",
      [&to](const std::string& text) {
        std::string ignored;
        if (!absl::ParseTime(absl::RFC3339_full, text, &to, &ignored)) {
          throw CLI::ValidationError("--at", "is not a time like 2026-11-25T12:00:00Z");
        }
      },
      "the time instead of now, RFC 3339");
}

void signing(CLI::App* sub, Signing& by) {
  file(sub, "--key", by.key, "private key of the signer, PEM", true);
  file(sub, "--certificate", by.certificate, "certificate of the signer, when it is not in the key's file");
  file(sub, "--passphrase-file", by.passphrase, "first line: passphrase of the key; it is asked for otherwise");
  sub->add_option_function<std::string>(
         "--hash", [&by](const std::string& name) { by.hash = name; }, "sha512, sha256 or sha1; images: sha512 only")
      ->check(CLI::IsMember({"sha1", "sha256", "sha512"}));
  time(sub, by.at);
}

void add_reading(CLI::App& app, Run& run) {
  CLI::App* sub = app.add_subcommand("show", "what a list or file says; nothing is verified");
  auto shown = std::make_shared<Path>();
  file(sub, "file", *shown, "list or file", true);
  sub->callback([&run, shown] { run = [shown] { return show(*shown); }; });

  sub = app.add_subcommand("verify", "whether a phone would take a .tlv, .sgn or .enc.sgn");
  auto verified = command<Verify>(sub, run, &verify);
  file(sub, "file", verified->file, "list or file", true);
  file(sub, "--installed-ctl", verified->installed_ctl, "the CTL the phone has");
  file(sub, "--installed-itl", verified->installed_itl, "the ITL the phone has; no list: first use");
  sub->add_option("--device", verified->device, "the phone, SEP and twelve hex digits")
      ->check(CLI::Validator(
          [](std::string& text) {
            const bool good = text.size() == 15 && text.starts_with("SEP") &&
                              std::all_of(text.begin() + 3, text.end(),
                                          [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); });
            return good ? std::string() : std::string("is not a device name like SEP0A1B2C3D4E5F");
          },
          "SEP..."));
  sub->add_flag("--fips", verified->fips, "as in FIPS mode");
  file(sub, "--image-signers", verified->image_signers, "who may sign images, PEM");
  sub->add_option("--installed-version", verified->installed_version, "of an image's package");

  sub = app.add_subcommand("decrypt", "the content of an .enc.sgn");
  auto decrypted = command<Decrypt>(sub, run, &decrypt);
  file(sub, "file", decrypted->file, "encrypted file", true);
  file(sub, "--key", decrypted->key, "private key of the device, PEM", true);
  file(sub, "--passphrase-file", decrypted->passphrase, "first line: passphrase of the key; it is asked for otherwise");
  sub->add_option("--out", decrypted->out, "file to write, readable only by its owner; otherwise standard output");
  file(sub, "--installed-itl", decrypted->installed_itl, "check the signature against this ITL first");

  sub = app.add_subcommand("path", "whether a certificate leads to an anchor");
  auto path = command<PathOrder>(sub, run, &check_path);
  file(sub, "--leaf", path->leaf, "the certificate, PEM; its issuers may follow", true);
  file(sub, "--intermediates", path->intermediates, "issuers, PEM");
  file(sub, "--anchors", path->anchors, "whom to believe, PEM", true);
  sub->add_option("--name", path->name, "DNS name or IP address it must be for");
  file(sub, "--crls", path->crls, "revocation lists of all issuers, PEM");
  time(sub, path->at);
  sub->add_option_function<std::string>(
         "--purpose", [path](const std::string& name) { path->client = name == "client"; }, "server or client")
      ->check(CLI::IsMember({"server", "client"}));
  sub->add_flag("--fips", path->fips, "as in FIPS mode");
}

void add_writing(CLI::App& app, Run& run) {
  CLI::App* sub = app.add_subcommand("sign", "make a .sgn, or an image of a package");
  auto signed_one = command<Sign>(sub, run, &sign);
  file(sub, "file", signed_one->file, "what to sign", true);
  signing(sub, signed_one->by);
  sub->add_option("--name", signed_one->name, "name it is signed for; otherwise the file's with .sgn");
  sub->add_option("--out", signed_one->out, "file to write; otherwise the name, beside the file");
  CLI::Option* package = sub->add_option("--image", signed_one->package, "make an image of this package");
  sub->add_option("--image-version", signed_one->version, "its version, like 0.1.0+57")->needs(package);

  sub = app.add_subcommand("encrypt", "make an .enc.sgn");
  auto encrypted = command<Encrypt>(sub, run, &encrypt);
  file(sub, "file", encrypted->file, "what to encrypt and sign", true);
  file(sub, "--for", encrypted->device, "certificate of the device, PEM", true);
  signing(sub, encrypted->by);
  sub->add_option("--name", encrypted->name, "name it is signed for; otherwise the file's with .enc.sgn");
  sub->add_option("--out", encrypted->out, "file to write; otherwise the name, beside the file");

  sub = app.add_subcommand("make-list", "make a CTL or ITL");
  auto list = command<MakeList>(sub, run, &make_list);
  sub->add_option_function<std::string>(
         "--kind", [list](const std::string& kind) { list->ctl = kind == "ctl"; }, "ctl or itl")
      ->check(CLI::IsMember({"ctl", "itl"}))
      ->required();
  signing(sub, list->by);
  sub->add_option("--record", list->records,
                  "ROLE=FILE.pem, in order; roles: sast ccm ccm+tftp tftp capf app-server tvs")
      ->required();
  sub->add_option_function<std::string>(
         "--signer-version", [list](const std::string& version) { list->signer_minor = version == "1.1" ? 1 : 0; },
         "1.1, which lets phones use elliptic curves, or 1.0")
      ->check(CLI::IsMember({"1.0", "1.1"}));
  sub->add_option("--out", list->out, "file to write")->required();
}

}  // namespace

int main(int argc, char** argv) {
  Run run;
  CLI::App app{"Trust lists, signed files and certificate paths, judged as a phone would.", "trustfile"};
  app.set_version_flag("--version", phone::product::version_line("trustfile"), "print the version and exit");
  app.require_subcommand(1);
  add_reading(app, run);
  add_writing(app, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  const Answer answer = run();
  if (answer.ok()) {
    std::fwrite(answer->data(), 1, answer->size(), stdout);
    return std::fflush(stdout) == 0 ? 0 : kRefused;
  }
  std::string reason(answer.status().message());
  std::replace_if(
      reason.begin(), reason.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  std::fprintf(stderr, "trustfile: %s\n", reason.c_str());
  return kRefused;
}
