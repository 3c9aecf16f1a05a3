// SPDX-License-Identifier: Apache-2.0
// @platformatic/kafka against one broker: the newest protocol versions only. Records are read by a group of one
// member after another.
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import assert from 'node:assert'

// The library wants a newer Node.js than 20, for this alone.
Promise.withResolvers ??= function () {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}

const records = 10_000
const epoch = 1_700_000_000_000n
const bootstrapBrokers = [process.argv[2]]

const admin = new Admin({ clientId: 'compat', bootstrapBrokers })

// Reads up to record `end` and commits there; the member that comes next goes on behind it.
async function read (topic, from, end) {
  const consumer = new Consumer({ clientId: 'compat', groupId: `readers-of-${topic}`, bootstrapBrokers, deserializers: stringDeserializers })
  const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest', autocommit: false })
  let expected = from
  for await (const message of stream) {
    assert.equal(message.offset, BigInt(expected))
    assert.equal(message.key, `${expected}`)
    assert.equal(message.value, `value-${expected}`)
    assert.equal(message.timestamp, epoch + BigInt(expected))
    assert.equal(message.headers.get('number'), `${expected}`)
    if (++expected === end) {
      await message.commit()
      break
    }
  }
  await consumer.close(true)
}

for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  if (compression === 'zstd' && !('zstdCompressSync' in await import('node:zlib'))) {
    console.log('@platformatic/kafka zstd: skipped, this Node.js has no zstd')
    continue
  }
  const topic = `platformatic-${compression}`
  const producer = new Producer({ clientId: 'compat', bootstrapBrokers, serializers: stringSerializers, idempotent: true, compression })
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
  for (let first = 0; first < records; first += 1000) {
    await producer.send({ messages: Array.from({ length: 1000 }, (_, n) => first + n).map(i => ({
      topic, partition: 0, key: `${i}`, value: `value-${i}`, timestamp: epoch + BigInt(i), headers: { number: `${i}` }
    })) })
  }
  await producer.close()
  await read(topic, 0, records / 2)
  await read(topic, records / 2, records)
  console.log(`@platformatic/kafka ${compression}: ${records} records, all back, by one member after another`)
}
await admin.close()
