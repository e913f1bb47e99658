import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './freePort.ts'

/** Who may pass the guarded door: by PLAIN or by SCRAM-SHA-512. The name and the password are letters and digits. */
export type KafkaUser = { mechanism: 'plain' | 'scram-sha-512'; username: string; password: string }
/** Where TLS and a user are asked for, and the file (PEM) with what vouches for the broker. */
export type GuardedDoor = { brokers: string[]; caFile: string }

const keystorePassword = 'for-tests-only'

/** A certificate for 127.0.0.1 that vouches for itself, made with Java's keytool: a keystore, and the certificate alone as PEM. */
export const makeCertificate = async (folder: string, name: string): Promise<{ keystore: string; pem: string }> => {
  const [keystore, pem] = [join(folder, `${name}.p12`), join(folder, `${name}.pem`)]
  const store = ['-keystore', keystore, '-storetype', 'PKCS12', '-storepass', keystorePassword, '-alias', name]
  const keytool = (args: readonly string[]) => promisify(execFile)('keytool', [...args, ...store])
  await keytool(['-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-validity', '30', '-dname', `CN=${name}`, '-ext', 'san=ip:127.0.0.1,dns:localhost'])
  await keytool(['-exportcert', '-rfc', '-file', pem])
  return { keystore, pem }
}

/** Lays what a broker needs for a second, guarded door beside its data: the broker's own script reads it. `scram` is what its storage is formatted with. */
export const guardedDoor = async (
  data: string,
  port: number,
  controller: number,
  users: readonly KafkaUser[],
): Promise<{ door: GuardedDoor; scram: string }> => {
  const { keystore, pem } = await makeCertificate(data, 'broker')
  const guarded = await freePort()
  const plain = users.filter(({ mechanism }) => mechanism === 'plain').map(({ username, password }) => ` user_${username}="${password}"`)
  const module = (kind: string, rest = '') => `org.apache.kafka.common.security.${kind}LoginModule required${rest};`
  writeFileSync(
    join(data, 'more.properties'),
    `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller},GUARDED://127.0.0.1:${guarded}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},GUARDED://127.0.0.1:${guarded}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_SSL
listener.name.guarded.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.guarded.plain.sasl.jaas.config=${module('plain.Plain', plain.join(''))}
listener.name.guarded.scram-sha-512.sasl.jaas.config=${module('scram.Scram')}
listener.name.guarded.ssl.keystore.type=PKCS12
listener.name.guarded.ssl.keystore.location=${keystore}
listener.name.guarded.ssl.keystore.password=${keystorePassword}
listener.name.guarded.ssl.key.password=${keystorePassword}
`,
  )
  const scram = users.find(({ mechanism }) => mechanism === 'scram-sha-512')
  return {
    door: { brokers: [`127.0.0.1:${guarded}`], caFile: pem },
    scram: scram ? `SCRAM-SHA-512=[name=${scram.username},password=${scram.password}]` : '',
  }
}
