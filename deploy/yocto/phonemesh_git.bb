# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# Unproven: this recipe has not been built by bitbake here. What it says of the project (dependencies, install rules, users, units) is what deploy/package uses,
# which is tested; README.md beside it lists what a layer has to bring.
SUMMARY = "Secure desk phone for Cisco Unified Communications Manager"
LICENSE = "Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSES/Apache-2.0.txt;md5=${PHONEMESH_LICENSE_MD5}"

PHONEMESH_SOURCE ?= "git:///path/to/phonemesh;protocol=file;branch=main"
SRC_URI = "${PHONEMESH_SOURCE}"
SRCREV ?= "${AUTOREV}"
S = "${WORKDIR}/git"

inherit cmake pkgconfig systemd useradd

# On the machine that builds: protoc and its gRPC plugin.
DEPENDS = "protobuf-native grpc-native protobuf grpc abseil-cpp actor-framework openssl libsrtp curl pugixml spdlog cli11 nlohmann-json libopus spandsp \
           speexdsp alsa-lib libosip2 libseccomp p11-kit nghttp2 lldpd"
RDEPENDS:${PN} = "lldpd wpa-supplicant libp11"

EXTRA_OECMAKE = "-DCMAKE_BUILD_TYPE=RelWithDebInfo -DPHONE_SYSTEMD_DIR=${systemd_system_unitdir}"
OECMAKE_TARGET_COMPILE = "phone phone-install"

do_install() {
    DESTDIR=${D} cmake --install ${B} --prefix ${prefix} --component phone
}

SYSTEMD_SERVICE:${PN} = "phone.target"
FILES:${PN} += "${prefix}/lib/phone ${systemd_system_unitdir} ${prefix}/lib/sysusers.d ${prefix}/lib/tmpfiles.d"
CONFFILES:${PN} = "${sysconfdir}/phone/roles ${sysconfdir}/phone/escalation"

# The users and groups of deploy/sysusers.conf; a test compares them.
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "\
    --gid 7501 phone-to-trust-store; \
    --gid 7502 phone-to-certificate-manager; \
    --gid 7503 phone-to-enrolment; \
    --gid 7504 phone-to-policy; \
    --gid 7505 phone-to-network-access; \
    --gid 7506 phone-to-signaling; \
    --gid 7507 phone-to-media; \
    --gid 7508 phone-to-gateway; \
    --gid 7511 phone-eap; \
    --gid 7512 phone-to-download; \
    --gid 7514 phone-to-url-services; \
"
USERADD_PARAM:${PN} = "\
    --uid 7401 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-trust-store; \
    --uid 7402 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-certificate-manager; \
    --uid 7403 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-enrolment; \
    --uid 7404 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-policy; \
    --uid 7405 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-network-access; \
    --uid 7406 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-signaling; \
    --uid 7407 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-media; \
    --uid 7408 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-gateway; \
    --uid 7409 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin --groups phone-to-gateway phone-ui; \
    --uid 7410 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-diagnostics; \
    --uid 7411 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-supplicant; \
    --uid 7412 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-download; \
    --uid 7413 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-installer; \
    --uid 7414 --user-group --no-create-home --home-dir /nonexistent --shell /sbin/nologin phone-url-services; \
"
