// SPDX-License-Identifier: Apache-2.0
// kafkajs against one broker. Its consumer always joins a group, which the broker does not serve yet,
// so records are read back by the fetch of its own protocol layer.
import kafkajs from 'kafkajs'
import assert from 'node:assert'

const { Kafka, CompressionTypes, logLevel } = kafkajs
const records = 20_000
const epoch = 1_700_000_000_000
const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.ERROR })

const valueOf = i => (i % 7 === 0 ? null : i % 10 === 0 ? '' : `value-${i}`)

async function cluster () {
  const symbol = Object.getOwnPropertySymbols(Object.getPrototypeOf(kafka)).concat(Object.getOwnPropertySymbols(kafka))
    .find(each => /createCluster/i.test(each.description))
  const made = kafka[symbol]({ metadataMaxAge: 300000, allowAutoTopicCreation: false })
  await made.connect()
  return made
}

async function roundTrip (admin, reader, name, compression) {
  const topic = `kafkajs-${name}`
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let first = 0; first < records; first += 1000) {
    const messages = Array.from({ length: 1000 }, (_, n) => first + n).map(i => ({
      key: `${i}`, value: valueOf(i), timestamp: `${epoch + i}`, partition: i % 2, headers: { number: `${i}` }
    }))
    await producer.send({ topic, messages, compression, acks: -1 })
  }
  await producer.disconnect()
  await reader.addTargetTopic(topic)
  await reader.refreshMetadata()
  let read = 0
  for (const partition of [0, 1]) {
    for (let offset = 0; offset < records / 2;) {
      const broker = await reader.findBroker({ nodeId: '1' })
      const { responses } = await broker.fetch({ maxWaitTime: 1000, minBytes: 1, maxBytes: 1 << 20, isolationLevel: 1,
        topics: [{ topic, partitions: [{ partition, fetchOffset: `${offset}`, maxBytes: 1 << 20 }] }] })
      for (const message of responses[0].partitions[0].messages) {
        if (Number(message.offset) < offset) continue
        const i = offset * 2 + partition
        assert.equal(message.key.toString(), `${i}`)
        assert.equal(message.value === null ? null : message.value.toString(), valueOf(i))
        assert.equal(message.timestamp, `${epoch + i}`)
        assert.equal(message.headers.number.toString(), `${i}`)
        offset++
        read++
      }
    }
  }
  assert.equal(read, records)
  const offsets = await admin.fetchTopicOffsets(topic)
  assert.deepEqual(offsets.map(each => each.high), [`${records / 2}`, `${records / 2}`])
  console.log(`kafkajs ${name}: ${records} records, all back`)
}

const admin = kafka.admin()
await admin.connect()
const reader = await cluster()
await roundTrip(admin, reader, 'none', CompressionTypes.None)
await roundTrip(admin, reader, 'gzip', CompressionTypes.GZIP)
await reader.disconnect()
await admin.disconnect()
