# shellcheck shell=bash disable=SC2154 # lib.sh sets data and the ports
# ZooKeeper and Kafka, as old as infra/local/install says.

start_zookeeper() {
    cat >"$data/zookeeper/zookeeper.properties" <<END
dataDir=$data/zookeeper/data
clientPort=$zookeeper_port
clientPortAddress=127.0.0.1
maxClientCnxns=0
tickTime=1000
maxSessionTimeout=60000
autopurge.purgeInterval=24
END
    start_java zookeeper -Xmx128m -XX:TieredStopAtLevel=1 \
        org.apache.zookeeper.server.quorum.QuorumPeerMain "$data/zookeeper/zookeeper.properties"
}

# After a crash ZooKeeper takes the old broker for alive until its session times out, and a new one, finding its own number
# in use, gives up. So Kafka starts when ZooKeeper answers and lists no broker.
zookeeper_knows_no_broker() {
    local sessions
    exec 3<>"/dev/tcp/127.0.0.1/$zookeeper_port" || return 1
    printf 'dump' >&3
    sessions=$(timeout 5 cat <&3)
    exec 3>&-
    [[ $sessions == *'Sessions with Ephemerals'* && $sessions != */brokers/ids/0* ]]
}

# BROKERIM_LOCAL_KAFKA_ADVERTISED_PORT and BROKERIM_LOCAL_KAFKA_ZOOKEEPER_PORT put something between Kafka and its clients, and
# between Kafka and ZooKeeper.
start_kafka() {
    cat >"$data/kafka/server.properties" <<END
broker.id=0
listeners=PLAINTEXT://127.0.0.1:$kafka_port
host.name=127.0.0.1
advertised.host.name=127.0.0.1
advertised.port=${BROKERIM_LOCAL_KAFKA_ADVERTISED_PORT:-$kafka_port}
log.dirs=$data/kafka/data
zookeeper.connect=127.0.0.1:${BROKERIM_LOCAL_KAFKA_ZOOKEEPER_PORT:-$zookeeper_port}
zookeeper.connection.timeout.ms=60000
zookeeper.session.timeout.ms=30000

# A topic with a mistyped name or a wrong number of partitions must fail, not appear.
auto.create.topics.enable=false
delete.topic.enable=true
num.partitions=16
log.retention.hours=168
message.max.bytes=2000000
replica.fetch.max.bytes=2000000

offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
offsets.retention.minutes=10080
group.min.session.timeout.ms=2000

# Sized for one small machine: the defaults reserve 10 MB of index per partition and 128 MB for the log cleaner.
log.index.size.max.bytes=1048576
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
END
    start_java kafka -Xmx512m kafka.Kafka "$data/kafka/server.properties"
}

kafka_answers() {
    "$local_scripts/kafka-metadata" "127.0.0.1:$kafka_port"
}

# start_java NAME OPTION... MAIN_CLASS ARGUMENT: one log per service, on standard output, without the controller's chatter.
start_java() {
    local name=$1
    shift
    cat >"$data/$name/log4j.properties" <<'END'
log4j.rootLogger=INFO, stdout
log4j.logger.kafka.controller=WARN
log4j.logger.state.change.logger=WARN
log4j.appender.stdout=org.apache.log4j.ConsoleAppender
log4j.appender.stdout.layout=org.apache.log4j.PatternLayout
log4j.appender.stdout.layout.ConversionPattern=[%d] %p %m (%c)%n
END
    start_process "$name" java -XX:+UseSerialGC -Djava.awt.headless=true \
        -Dlog4j.configuration="file:$data/$name/log4j.properties" -cp "$kafka/libs/*" "$@"
}
