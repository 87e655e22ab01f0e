# shellcheck shell=bash disable=SC2154 # lib.sh sets data, cassandra, its ports and its manner
# Cassandra: one node, as old as infra/local/install says, on 127.0.0.1 with ports of its own. The native protocol is all it
# offers: no Thrift, and no JMX port, through which any user of the machine could run code in it.
#
# For tests it keeps what it has acknowledged, even if it is killed, and compiles quickly. For load (cassandra_for) it compiles
# well, which pays after about 250,000 rows, and syncs its log in the background, which leaves twice as many small writes per
# second: the numbers of a node that others replicate.

start_cassandra() {
    write_cassandra_settings
    write_cassandra_log_settings

    local options=(
        # On two processors the parallel collectors take more time and 120 MB more than this one.
        -Xms256m -Xmx768m -XX:+UseSerialGC
        # Measures what a memtable holds; without it a memtable's size is a guess.
        -javaagent:"$cassandra/lib/jamm-0.2.6.jar"
        -Djava.awt.headless=true -Djava.net.preferIPv4Stack=true
        -Dcassandra-foreground=yes
        -Dcassandra.config="file:$data/cassandra/cassandra.yaml"
        -Dcassandra.storagedir="$data/cassandra"
        -Dlogback.configurationFile="file:$data/cassandra/logback.xml"
        # A node alone has nobody to hear from before it joins its ring.
        -Dcassandra.skip_wait_for_gossip_to_settle=0
        -Dcassandra.ring_delay_ms=0
        # The first user is made at once, not ten seconds after the port is open.
        -Dcassandra.superuser_setup_delay_ms=0
    )
    [[ $cassandra_for == load ]] || options+=(-XX:TieredStopAtLevel=1)
    local package
    # It is older than the modules of Java 9 and later, and reaches into these.
    for package in java.base/jdk.internal.{misc,ref} java.base/sun.nio.ch java.rmi/sun.rmi.{registry,server}; do
        options+=(--add-exports "$package=ALL-UNNAMED")
    done
    for package in java.base/java.{io,lang,lang.ref,lang.reflect,math,net,nio,nio.charset,util} \
        java.base/java.util.concurrent{,.atomic,.locks} java.base/sun.nio.{ch,cs} java.base/jdk.internal.ref \
        java.management/sun.management; do
        options+=(--add-opens "$package=ALL-UNNAMED")
    done
    start_process cassandra java "${options[@]}" -cp "$cassandra/lib/*" org.apache.cassandra.service.CassandraDaemon
}

write_cassandra_settings() {
    local authenticator=AllowAllAuthenticator
    [[ $cassandra_auth != password ]] || authenticator=PasswordAuthenticator

    # Synced periodically, the log of this version forgets at a kill what it acknowledged since the last sync: it reads only as
    # far as the marker that a sync leaves. In batches nothing is acknowledged before it is synced, and a write takes 2 ms more.
    local sync=$'commitlog_sync: batch\ncommitlog_sync_batch_window_in_ms: 1'
    [[ $cassandra_for != load ]] || sync=$'commitlog_sync: periodic\ncommitlog_sync_period_in_ms: 1000'
    cat >"$data/cassandra/cassandra.yaml" <<END
cluster_name: brokerim local
num_tokens: 16
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: SimpleSnitch
seed_provider:
    - class_name: org.apache.cassandra.locator.SimpleSeedProvider
      parameters:
          - seeds: 127.0.0.1
authenticator: $authenticator

listen_address: 127.0.0.1
storage_port: $cassandra_storage_port
rpc_address: 127.0.0.1
start_rpc: false
start_native_transport: true
native_transport_port: $cassandra_port

data_file_directories:
    - $data/cassandra/data
commitlog_directory: $data/cassandra/commitlog
saved_caches_directory: $data/cassandra/saved_caches
disk_failure_policy: stop
commit_failure_policy: stop

# Our batches are of one partition, which this old server counts like those of many: above 5 KB it would log each.
batch_size_warn_threshold_in_kb: 64

$sync
commitlog_total_space_in_mb: 1024

# A test machine is busy with other things for seconds at a time, and that is no failure.
read_request_timeout_in_ms: 10000
range_request_timeout_in_ms: 10000
write_request_timeout_in_ms: 10000
counter_write_request_timeout_in_ms: 10000
cas_contention_timeout_in_ms: 5000
truncate_request_timeout_in_ms: 60000
request_timeout_in_ms: 10000

# Tests create and drop tables by the hundred; a copy of each dropped one would fill the disk.
auto_snapshot: false
END
}

# At its own level, DEBUG, single writes cost more than twice as much.
write_cassandra_log_settings() {
    cat >"$data/cassandra/logback.xml" <<'END'
<configuration>
    <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
        <encoder>
            <pattern>%date{ISO8601} %-5level %msg \(%logger{0}\)%n</pattern>
        </encoder>
    </appender>
    <root level="WARN">
        <appender-ref ref="STDOUT" />
    </root>
</configuration>
END
}

# The native protocol, version 3: OPTIONS (5) is answered with SUPPORTED (6). With passwords the port opens before the first
# user exists, so that user has to get in as well.
cassandra_answers() {
    local answer
    exec 3<>"/dev/tcp/127.0.0.1/$cassandra_port" || return 1
    printf '\x03\0\0\0\x05\0\0\0\0' >&3
    answer=$(cassandra_answer)
    if [[ $answer == 06 && $cassandra_auth == password ]]; then
        # STARTUP with CQL_VERSION 3.0.0, then the user cassandra with the password cassandra; AUTH_SUCCESS is 0x10.
        printf '\x03\0\0\0\x01\0\0\0\x16\0\x01\0\x0bCQL_VERSION\0\x053.0.0' >&3
        cassandra_answer >/dev/null
        printf '\x03\0\0\0\x0f\0\0\0\x18\0\0\0\x14\0cassandra\0cassandra' >&3
        [[ $(cassandra_answer) != 10 ]] || answer=06
    fi
    exec 3>&-
    [[ $answer == 06 ]]
}

# Reads one frame from file 3 and prints its operation code, two hexadecimal digits.
cassandra_answer() {
    local header
    header=$(timeout 5 head -c 9 <&3 | od -An -tx1 -v | tr -d ' ')
    ((${#header} == 18)) || return 1
    timeout 5 head -c "$((16#${header:10}))" <&3 >/dev/null
    echo "${header:8:2}"
}
