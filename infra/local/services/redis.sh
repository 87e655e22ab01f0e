# shellcheck shell=bash disable=SC2154 # lib.sh sets data and the ports
# Redis: nothing in it needs to survive.

start_redis() {
    start_process redis redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$data/redis" --save "" --appendonly no
}

redis_answers() {
    [[ $(timeout 5 redis-cli -h 127.0.0.1 -p "$redis_port" ping) == PONG ]]
}
