#!/bin/sh
# Fetches Kafka 4.4.0's jars from Maven's repository into a folder: fetch-kafka.sh <folder>. A repeat does nothing; two at a time are safe.
set -eu
target=$1
command -v java >/dev/null || { echo 'Java 17 or newer is missing: install it so that java is on the PATH (Debian: apt-get install default-jre-headless; macOS: brew install openjdk)' >&2; exit 1; }
[ -e "$target/complete" ] && exit 0
command -v mvn >/dev/null || { echo 'Maven is missing: install it so that mvn is on the PATH (Debian: apt-get install maven; macOS: brew install maven)' >&2; exit 1; }
mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
cat > "$work/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>patchwork</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>4.4.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
(cd "$work" && mvn -q -B dependency:copy-dependencies -DoutputDirectory="$work/jars" >&2)
touch "$work/complete"
# Whoever comes first wins; the other's copy goes. (mv would move it into a folder that is there.)
node -e 'require("node:fs").renameSync(process.argv[1], process.argv[2])' "$work" "$target" 2>/dev/null || [ -e "$target/complete" ]
