#!/bin/sh
# Runs one Kafka broker: kafka-broker.sh <folder of jars> <data folder> <port> <controller port> <port that clients are told> [--temporary].
# It ends when its standard input does, so it never outlives whoever started it; with --temporary it then takes its data folder along.
# SIGTERM kills the broker as kill -9 would, and keeps the data.
set -eu
jars=$1 data=$2 port=$3 controller=$4 advertised=$5 temporary=${6:-}
cat > "$data/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$advertised
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data/log
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A broker that was killed may come back as soon as this has passed.
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
auto.create.topics.enable=false
log.retention.ms=-1
PROPERTIES
# The quick compiler only: starting costs more here than running.
options='-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
if [ ! -d "$data/log" ]; then
  java $options -cp "$jars/*" kafka.tools.StorageTool format --standalone -t 4L6g3nShT-eMCtK--X86sw -c "$data/server.properties" >/dev/null
fi
exec 3<&0
cat <&3 >/dev/null &
input=$!
java $options -cp "$jars/*" kafka.Kafka "$data/server.properties" > "$data/broker.log" 2>&1 3<&- &
broker=$!
end() {
  kill -9 "$broker" "$input" 2>/dev/null || true
  wait "$broker" 2>/dev/null || true
}
trap 'end; exit 0' TERM
trap '' INT
while kill -0 "$broker" 2>/dev/null && kill -0 "$input" 2>/dev/null; do
  sleep 0.5 &
  wait $! || true
done
if kill -0 "$input" 2>/dev/null; then
  end
  echo "the broker ended: $(tail -n 1 "$data/broker.log")" >&2
  exit 1
fi
end
[ "$temporary" != --temporary ] || rm -rf "$data"
