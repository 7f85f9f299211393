# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

# Presets other than `debug` compile the files of a target together, eight at a time, because most of the time goes into headers. A file that
# shares a file-local name with another of its target is compiled on its own; `debug` compiles every file on its own and so shows missing includes.
if(CMAKE_UNITY_BUILD)
  # The warning is right for headers but not for files that are compiled together; clang does not have it.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# phone_alone(TARGET FILES...): from the repository root.
function(phone_alone target)
  if(NOT TARGET ${target})
    return()
  endif()
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/)
  set_source_files_properties(${ARGN} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

function(phone_name_clashes)
  phone_alone(phone_crypto common/crypto/errors.cpp common/crypto/self_test.cpp common/crypto/remote_cipher.cpp common/crypto/remote_keymgmt.cpp common/crypto/remote_signature.cpp)
  phone_alone(phone_flash common/flash/state_file.cpp)  # the one file that needs the log: programs without it stay so
  phone_alone(phone_mesh common/mesh/client/client.cpp)
  phone_alone(phone_network_rules services/network_access/link/frame_filter.cpp services/network_access/link/link_facts.cpp services/network_access/supplicant/supplicant_event.cpp services/network_access/supplicant/supplicant_status.cpp)
  phone_alone(phone_network_drivers services/network_access/discovery/lldp_client.cpp services/network_access/discovery/voice_vlan_tagger.cpp)
  phone_alone(phone_trust_rules services/trust_store/images/image.cpp services/trust_store/files/signed_file.cpp)
  phone_alone(phone_trust_storage services/trust_store/storage/list_files.cpp)
  phone_alone(phone_lab_files tools/lab/signed_file.cpp)
  phone_alone(phone_lab tools/lab/enrolment/capf.cpp tools/lab/enrolment/capf_server.cpp tools/lab/enrolment/scep_server.cpp tools/lab/tvs_server.cpp)
  phone_alone(mesh_rules_test tests/unit/mesh/listen/address_limits_test.cpp)
  # Table tests call a row of theirs Row.
  phone_alone(certificates_rules_test tests/unit/certificate_manager/certificates/renewal_test.cpp tests/unit/certificate_manager/keys/signing_test.cpp)
  phone_alone(lab_sip_test tests/unit/lab/call_options_test.cpp tests/unit/lab/sdp_test.cpp)
  phone_alone(lab_files_test tests/unit/lab/signed_file_test.cpp)
  phone_alone(lab_services_test tests/unit/lab/tvs_test.cpp)
  phone_alone(network_rules_test tests/unit/network_access/access/access_session_test.cpp tests/unit/network_access/supplicant/supplicant_event_test.cpp)
  phone_alone(policy_rules_test tests/unit/policy/files/encrypted_file_test.cpp tests/unit/policy/configuration/scep_settings_test.cpp)
  phone_alone(trust_state_test tests/unit/trust_store/state/trust_store_state_test.cpp tests/unit/trust_store/files_test.cpp tests/unit/trust_store/lists/release_test.cpp)
  phone_alone(scep_conformance_test tests/conformance/scep/scepserver_test.cpp)
endfunction()
