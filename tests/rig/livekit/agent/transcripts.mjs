// Who said what, as LiveKit's agents tell it: text streams on `lk.transcription`, the agent's own words as one stream that grows, those of a
// person as a stream for each state of the recogniser; and beside each the packets of before, whose text is always the whole.
import { randomUUID } from 'node:crypto';

const topic = 'lk.transcription';
const new_segment = () => `SG_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
const no_time = { startTime: 0n, endTime: 0n, language: '' };

const attributes_of = (segment, track_sid, is_final) => ({
  'lk.segment_id': segment,
  'lk.transcription_final': String(is_final),
  ...(track_sid ? { 'lk.transcribed_track_id': track_sid } : {}),
});

/** A stream's end can have attributes, which the library for node has no parameter for; its wire format does. One end at a time. */
class Trailers {
  #attributes = {};
  #turn = Promise.resolve();

  constructor(participant) {
    const close = participant.textStreamWriterClose;
    participant.textStreamWriterClose = (request) => {
      Object.assign(request.attributes, this.#attributes);
      return close(request);
    };
  }

  close(writer, attributes = {}) {
    const closed = this.#turn.then(() => {
      this.#attributes = attributes;
      return writer.close();
    });
    this.#turn = closed.catch(() => {});
    return closed;
  }
}

export class Transcripts {
  constructor(room, track_sid) {
    Object.assign(this, { room, track_sid, trailers: new Trailers(room.localParticipant) });
  }

  get #own() {
    return this.room.localParticipant;
  }

  #packet(identity, track_sid, segment, text, is_final) {
    const segments = [{ id: segment, text, final: is_final, ...no_time }];
    return this.#own.publishTranscription({ participantIdentity: identity, trackSid: track_sid, segments });
  }

  /** The agent's own words. */
  async begin() {
    const segment = new_segment();
    const attributes = attributes_of(segment, this.track_sid, false);
    const writer = await this.#own.streamText({ topic, attributes });
    const packet = (text, is_final) =>
      this.#packet(this.#own.identity, this.track_sid, segment, text, is_final);
    let said = '';
    return {
      add: async (part) => {
        said += part;
        await writer.write(part);
        await packet(said, false);
      },
      end: async () => {
        await this.trailers.close(writer, attributes_of(segment, this.track_sid, true));
        await packet(said, true);
      },
    };
  }

  /** @param {string[]} texts  the last is final */
  async of_person(identity, track_sid, texts) {
    const segment = new_segment();
    for (const [i, text] of texts.entries()) {
      const is_final = i === texts.length - 1;
      const attributes = attributes_of(segment, track_sid, is_final);
      const writer = await this.#own.streamText({ topic, attributes, senderIdentity: identity });
      await writer.write(text);
      await this.trailers.close(writer);
      // The packets of before name a track, so somebody without one is in none of them.
      if (track_sid) await this.#packet(identity, track_sid, segment, text, is_final);
    }
  }
}
