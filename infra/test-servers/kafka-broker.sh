#!/bin/sh
# Runs one Kafka broker until its standard input closes: kafka-broker.sh <folder of jars> <data folder> <port> <controller port>.
# Its parent holds the other end of the pipe, so the broker never outlives it, however it ends.
set -eu
jars=$1 data=$2 port=$3 controller=$4
cat > "$data/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:$controller
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
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
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
auto.create.topics.enable=false
log.retention.ms=-1
PROPERTIES
options='-Xmx256m -XX:+UseSerialGC -Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
if [ ! -d "$data/log" ]; then
  java $options -cp "$jars/*" kafka.tools.StorageTool format --standalone -t 4L6g3nShT-eMCtK--X86sw -c "$data/server.properties" >/dev/null
fi
java $options -cp "$jars/*" kafka.Kafka "$data/server.properties" > "$data/broker.log" 2>&1 &
broker=$!
echo "broker $broker"
cat > /dev/null || true
kill -9 "$broker" 2>/dev/null || true
