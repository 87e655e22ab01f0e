#!/usr/bin/env bash
# test.sh [dotnet test arguments]: builds everything and runs all tests on real services, which it installs, starts and stops
# itself. Services of infra/local/up that run already are used and left running. Results: artifacts/test-results.
# The last line is "N passed, N failed, N skipped". Fails if a test failed, if none ran, or if it did not get that far.
# With CI set, tests whose service is missing fail instead of being skipped.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/infra/local/lib.sh"

readonly results=$root/artifacts/test-results
readonly own_services=$root/artifacts/test-services
# A single test that takes this long hangs; the runner names it and gives up.
readonly test_hangs_after=10m

claimed=false
# Build servers live on after the build, and a CI machine waits for everybody who holds its output.
build_options=(--configuration Release --nologo)
[[ -z ${CI:-} ]] || build_options+=(--disable-build-servers)

main() {
    cd "$root"
    trap finish EXIT
    trap 'exit 130' INT TERM

    claim_own_services
    infra/local/install
    dotnet build BrokerIm.sln "${build_options[@]}" --verbosity quiet || fail "the build failed"
    start_services
    run_tests "$@"
}

# The folder starts empty, so that no run depends on an earlier one.
claim_own_services() {
    use_data_folder "$own_services"
    ! is_running test || fail "another test.sh is at work in this folder (pid $(pid_of test))"
    infra/local/down "$own_services"
    rm -rf "$own_services" "$results"
    use_data_folder "$own_services"
    remember_process test $$
    claimed=true
}

start_services() {
    if (use_data_folder && any_running "${services[@]}"); then
        say "using the services that run already"
        infra/local/up >/dev/null
        use_data_folder
    else
        BROKERIM_LOCAL_PORT_OFFSET=${BROKERIM_LOCAL_PORT_OFFSET:-auto} infra/local/up "$own_services" >/dev/null
    fi
    # shellcheck source=/dev/null
    source "$data/env"
}

# One test project after the other (-m:1): the result files are named after the second in which they were begun.
run_tests() {
    local status=0
    dotnet test BrokerIm.sln --configuration Release --no-build --nologo -m:1 \
        --results-directory "$results" --logger "trx;LogFilePrefix=tests" \
        --blame-hang --blame-hang-timeout "$test_hangs_after" --blame-hang-dump-type none "$@" || status=$?

    local passed failed skipped
    read -r passed failed skipped < <(count_results)
    ((failed == 0)) || exit 1
    ((status == 0)) || fail "the test run broke off (dotnet test: $status)"
    ((passed > 0)) || fail "no test ran"
}

# Prints how many tests passed, failed and were skipped, over all result files (one per test project). Outcomes other than
# these, such as Timeout, count as failures.
count_results() {
    find "$results" -name '*.trx' -exec cat {} + 2>/dev/null | awk '
        BEGIN { RS = "<" }
        $1 == "UnitTestResult" {
            if (/ outcome="Passed"/) passed++
            else if (/ outcome="NotExecuted"/) skipped++
            else failed++
        }
        END { print passed + 0, failed + 0, skipped + 0 }'
}

finish() {
    local status=$? passed=0 failed=0 skipped=0
    trap - INT TERM
    if $claimed; then
        infra/local/down "$own_services" || status=1
        read -r passed failed skipped < <(count_results)
    fi
    echo "$passed passed, $failed failed, $skipped skipped"
    exit "$status"
}

main "$@"
