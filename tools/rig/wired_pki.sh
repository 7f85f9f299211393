#!/bin/bash
# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# wired_pki.sh DIR DEVICE -- certificates for an 802.1X lab: an authority, a stranger's authority, RADIUS servers (good, of another name, of the
# stranger, expired), an authority that has ended, and a phone's MIC with an RSA key, with an EC key, and expired; a CRL that revokes the first. Uses only openssl(1).
set -eu
dir=$1
device=$2
mkdir -p "$dir"
cd "$dir"
key() { if [ "$2" = ec ]; then openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; else openssl genrsa -out "$1.key" 2048; fi; }
authority() {
  key "$1" ec
  openssl req -x509 -new -key "$1.key" -sha256 -days 3650 -subj "/O=Lab/CN=$1" -out "$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}
leaf() {  # leaf NAME AUTHORITY KEY USAGE CN [SAN]
  key "$1" "$3"
  openssl req -new -key "$1.key" -subj "/O=Lab/CN=$5" -out "$1.csr"
  printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=%s\n' "$4" >"$1.ext"
  [ -z "${6:-}" ] || echo "subjectAltName=DNS:$6" >>"$1.ext"
  openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -sha256 -days 3650 -extfile "$1.ext" -out "$1.pem"
}
{
  authority authority
  authority stranger
  leaf server authority rsa serverAuth radius.lab.test radius.lab.test
  leaf other-name authority rsa serverAuth other.lab.test other.lab.test
  leaf stranger-server stranger rsa serverAuth radius.lab.test radius.lab.test
  leaf mic-rsa authority rsa clientAuth "$device"
  leaf mic-ec authority ec clientAuth "$device"
  # x509 cannot date back.
  mkdir -p ca
  : >ca/index
  echo 01 >ca/serial
  printf '[ca]\ndefault_ca=d\n[d]\ndatabase=ca/index\nserial=ca/serial\nnew_certs_dir=ca\ncertificate=authority.pem\nprivate_key=authority.key\ndefault_md=sha256\ndefault_crl_days=3650\nunique_subject=no\npolicy=p\n[p]\nO=optional\ncommonName=supplied\n' >ca/cnf
  cp server.key expired.key
  past() { openssl ca -batch -config ca/cnf -startdate 20200101000000Z -enddate 20210101000000Z -in "$1.csr" -extfile "$1.ext" -out "$2.pem" -notext; }
  past server expired
  cp mic-rsa.key mic-expired.key
  past mic-rsa mic-expired
  # An authority that has ended.
  key old-root ec
  openssl req -new -key old-root.key -subj "/O=Lab/CN=Old Root" -out old-root.csr
  printf 'basicConstraints=critical,CA:TRUE\n' >old-root.ext
  openssl ca -batch -selfsign -config ca/cnf -keyfile old-root.key -startdate 20200101000000Z -enddate 20210101000000Z -in old-root.csr -extfile old-root.ext -out old-root.pem -notext
  # A list that revokes the phone's RSA certificate.
  openssl ca -batch -config ca/cnf -revoke mic-rsa.pem
  openssl ca -config ca/cnf -gencrl -out revoked.pem
  openssl dhparam -dsaparam -out dh.pem 2048
} 2>/dev/null >/dev/null
chmod 644 ./*.pem
