# shellcheck shell=bash disable=SC2154 # lib.sh sets data and the ports
# RabbitMQ, with a port mapper (epmd) of its own: Erlang would start one for the whole machine and leave it behind.

start_epmd() {
    start_process epmd epmd -address 127.0.0.1 -port "$epmd_port"
}

start_rabbitmq() {
    local folder=$data/rabbitmq
    mkdir -p "$folder/home"
    cat >"$folder/rabbitmq.conf" <<END
listeners.tcp.local = 127.0.0.1:$rabbitmq_port
END
    echo '[].' >"$folder/enabled_plugins"

    local settings=(
        # The Erlang cookie lives in the home folder and must belong to the user who runs this.
        HOME="$folder/home"
        ERL_EPMD_ADDRESS=127.0.0.1
        ERL_EPMD_PORT="$epmd_port"
        RABBITMQ_NODENAME=brokerim@localhost
        RABBITMQ_DIST_PORT="$rabbitmq_dist_port"
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
        RABBITMQ_MNESIA_BASE="$folder/mnesia"
        RABBITMQ_LOG_BASE="$data/log"
        RABBITMQ_LOGS=-
        RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf"
        RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins"
        # None of the machine's own settings apply here.
        RABBITMQ_CONF_ENV_FILE="$folder/no-rabbitmq-env.conf"
        RABBITMQ_ADVANCED_CONFIG_FILE="$folder/no-advanced.config"
        # Makes the start script become the server instead of waiting for it, so that our pid is the server's.
        RUNNING_UNDER_SYSTEMD=true
    )
    start_process rabbitmq env "${settings[@]}" "$rabbitmq_bin/rabbitmq-server"
}

# RabbitMQ opens its listener as the last step of its start, and answers the AMQP protocol header with a frame on channel 0.
# "rabbitmqctl await_startup" says the same after more than a second of processor time per question.
rabbitmq_answers() {
    local greeting
    exec 3<>"/dev/tcp/127.0.0.1/$rabbitmq_port" || return 1
    printf 'AMQP\0\0\x09\x01' >&3
    greeting=$(timeout 5 head -c 3 <&3 | od -An -tx1)
    exec 3>&-
    [[ $greeting == ' 01 00 00' ]]
}
