# shellcheck shell=bash source-path=SCRIPTDIR disable=SC2154 # lib.sh sets local_scripts and the ports
# How each service is started and when it counts as ready: start_NAME, NAME_answers.

source "$local_scripts/services/redis.sh"
source "$local_scripts/services/rabbitmq.sh"
source "$local_scripts/services/kafka.sh"
source "$local_scripts/services/cassandra.sh"
source "$local_scripts/services/mariadb.sh"

readonly ready_within_seconds=120

# What must run before each; in the order in which they start: the slow ones early, because they start side by side, and Kafka
# last, because it has to wait for ZooKeeper.
readonly start_order=(redis epmd rabbitmq zookeeper cassandra mariadb kafka)
declare -rA needs=([rabbitmq]=epmd [kafka]=zookeeper)

require_installed() {
    local program
    for program in redis-server redis-cli java node flock setsid mariadb-install-db "$mariadbd" "$rabbitmq_bin/rabbitmq-server"; do
        command -v "$program" >/dev/null || fail "$program is missing; run infra/local/install"
    done
    [[ -d $kafka && -d $cassandra ]] || fail "Kafka or Cassandra is missing; run infra/local/install"
}

# start NAME: returns at once; what already runs is left alone.
start() {
    local name=$1 port=$1_port
    if is_running "$name"; then
        say "$name runs already"
        return
    fi
    port_is_free "${!port}" ||
        fail "port ${!port} of $name is taken; choose others, for example: BROKERIM_LOCAL_PORT_OFFSET=100 infra/local/up"
    [[ $name != kafka ]] || wait_until_ready zookeeper "$ready_within_seconds" zookeeper_knows_no_broker
    mkdir -p "$data/$name"
    "start_$name"
    say "$name starting on port ${!port}"
}

# wait_for NAME: epmd and ZooKeeper have no question of their own; RabbitMQ and Kafka answer only when they have them.
wait_for() {
    case $1 in
        epmd | zookeeper) ;;
        *) wait_until_ready "$1" "$ready_within_seconds" "$1_answers" ;;
    esac
}

print_environment() {
    echo "export BROKERIM_LOCAL_DIR='$data'"
    ! is_running kafka || echo "export BROKERIM_TEST_KAFKA=127.0.0.1:$kafka_port"
    ! is_running zookeeper || echo "export BROKERIM_TEST_ZOOKEEPER=127.0.0.1:$zookeeper_port"
    ! is_running redis || echo "export BROKERIM_TEST_REDIS=127.0.0.1:$redis_port"
    ! is_running rabbitmq || echo "export BROKERIM_TEST_RABBITMQ=amqp://guest:guest@127.0.0.1:$rabbitmq_port/"
    ! is_running mariadb || echo "export BROKERIM_TEST_MARIADB='Server=127.0.0.1;Port=$mariadb_port;User ID=root'"
    ! is_running cassandra || echo "export BROKERIM_TEST_CASSANDRA=127.0.0.1:$cassandra_port"
}
