#!/usr/bin/env bash
# faults.sh [--cells NAME,...] [--subset N] [--seed S] [--list] [--help]: breaks a running BrokerIm in every way there is, one cell
# - a component and a fault - after the other, under load, and checks what its users saw. Services and processes are its own, in
# artifacts/faults, and are stopped at the end. The report is artifacts/faults/report.md and report.json; docs/FAULTS.md
# explains it. Fails if a cell failed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/infra/local/lib.sh"

readonly folder=$root/artifacts/faults
readonly program=$root/artifacts/bin/BrokerIm.Faults/release/brokerim-faults.dll

claimed=false
build_options=(--configuration Release --nologo --verbosity quiet)
[[ -z ${CI:-} ]] || build_options+=(--disable-build-servers)

main() {
    cd "$root"
    if [[ " $* " == *' --help '* || " $* " == *' -h '* ]]; then
        sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"
        exit
    fi
    build
    if [[ " $* " == *' --list '* ]]; then exec dotnet "$program" run "$@"; fi

    trap finish EXIT
    trap 'exit 130' INT TERM
    claim_folder
    infra/local/install
    local status=0
    dotnet "$program" run --data "$folder" "$@" || status=$?
    exit "$status"
}

build() {
    dotnet build Server/BrokerIm.Server.csproj "${build_options[@]}" >&2 || fail "the build failed"
    dotnet build tests/Faults/BrokerIm.Faults.csproj "${build_options[@]}" >&2 || fail "the build failed"
}

# The folder starts empty: what an interrupted run has left running or mounted there goes first.
claim_folder() {
    use_data_folder "$folder"
    ! is_running faults || fail "another faults.sh is at work in this folder (pid $(pid_of faults))"
    claimed=true
    clean_up
    rm -rf "$folder"
    use_data_folder "$folder"
    remember_process faults $$
}

# Each installation has a folder bed-N, with its services in bed-N/services and small disks mounted somewhere below.
clean_up() {
    local bed mounted
    for bed in "$folder"/bed-*/services; do
        if [[ -d $bed/run ]]; then "$local_scripts/down" "$bed"; fi
    done
    awk -v below="$folder/" 'index($2, below) == 1 { print $2 }' /proc/mounts | while read -r mounted; do
        umount "$mounted" || say "$mounted stays mounted"
    done
}

finish() {
    local status=$?
    trap - INT TERM
    if $claimed; then clean_up; fi
    exit "$status"
}

main "$@"
