// SPDX-License-Identifier: Apache-2.0
// @platformatic/kafka against one broker: the newest protocol versions only. Its stream consumer joins
// a group, which the broker does not serve yet, so records are read back by its Consumer.fetch().
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
const consumer = new Consumer({ clientId: 'compat', groupId: 'none', bootstrapBrokers, deserializers: stringDeserializers })

for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  if (compression === 'zstd' && !('zstdCompressSync' in await import('node:zlib'))) {
    console.log('@platformatic/kafka zstd: skipped, this Node.js has no zstd')
    continue
  }
  const topic = `platformatic-${compression}`
  const producer = new Producer({ clientId: 'compat', bootstrapBrokers, serializers: stringSerializers, idempotent: true, compression })
  const [created] = await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
  for (let first = 0; first < records; first += 1000) {
    await producer.send({ messages: Array.from({ length: 1000 }, (_, n) => first + n).map(i => ({
      topic, partition: 0, key: `${i}`, value: `value-${i}`, timestamp: epoch + BigInt(i), headers: { number: `${i}` }
    })) })
  }
  await producer.close()
  let offset = 0n
  while (offset < BigInt(records)) {
    const answer = await consumer.fetch({ node: 1, maxWaitTime: 1000, maxBytes: 1 << 20, topics: [{ topicId: created.id,
      partitions: [{ partition: 0, currentLeaderEpoch: -1, fetchOffset: offset, lastFetchedEpoch: -1, partitionMaxBytes: 1 << 20 }] }] })
    for (const batch of answer.responses[0].partitions[0].records) {
      for (const record of batch.records) {
        const i = Number(batch.firstOffset) + record.offsetDelta
        if (BigInt(i) < offset) continue
        assert.equal(record.key.toString(), `${i}`)
        assert.equal(record.value.toString(), `value-${i}`)
        assert.equal(batch.firstTimestamp + record.timestampDelta, epoch + BigInt(i))
        offset++
      }
    }
  }
  console.log(`@platformatic/kafka ${compression}: ${records} records, all back`)
}
await consumer.close()
await admin.close()
