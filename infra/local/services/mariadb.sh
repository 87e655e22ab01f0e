# shellcheck shell=bash disable=SC2154 # lib.sh sets data and the ports
# MariaDB: nothing of BrokerIm's; "brokerim import" is tested against it. Nothing in it needs to survive.

start_mariadb() {
    local folder=$data/mariadb user
    user=$(id -un)
    # From an empty folder it makes its own tables, in about two seconds.
    [[ -d $folder/data/mysql ]] || mariadb-install-db --no-defaults --user="$user" --datadir="$folder/data" \
        --auth-root-authentication-method=normal --skip-test-db >"$folder/install.log" 2>&1 ||
        fail "MariaDB could not be set up, see $folder/install.log"
    start_process mariadb "$mariadbd" --no-defaults --user="$user" --datadir="$folder/data" \
        --bind-address=127.0.0.1 --port="$mariadb_port" --socket=mariadb.sock --pid-file="$folder/pid" \
        --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M --skip-log-bin
}

# It speaks first: a packet whose first byte is the version of its protocol, 10.
mariadb_answers() {
    local greeting
    exec 3<>"/dev/tcp/127.0.0.1/$mariadb_port" || return 1
    greeting=$(timeout 5 head -c 5 <&3 | od -An -tx1)
    exec 3>&-
    [[ $greeting == *' 0a' ]]
}
