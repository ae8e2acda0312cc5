// One stay of the scripted agent in a room.
import { Ear } from './ear.mjs';
import { Mouth } from './mouth.mjs';
import { Transcripts } from './transcripts.mjs';

const state_attribute = 'lk.agent.state';

export class Visit {
  #greeted = new Set();
  #left = false;

  constructor(rtc, options, say_event) {
    Object.assign(this, { rtc, options, say_event, room: new rtc.Room() });
    this.ear = new Ear(rtc, options.ear, {
      began: () => this.#speech_began(),
      ended: () => this.#speech_ended(),
      event: say_event,
    });
  }

  async begin() {
    const { room, rtc } = this;
    this.#listen();
    await room.connect(this.options.url, this.options.token, { autoSubscribe: true, dynacast: false });
    await this.state('initializing');
    this.mouth = new Mouth(rtc);
    const track = rtc.LocalAudioTrack.createAudioTrack('roomio_audio', this.mouth.source);
    const publishing = new rtc.TrackPublishOptions({ source: rtc.TrackSource.SOURCE_MICROPHONE });
    this.publication = await room.localParticipant.publishTrack(track, publishing);
    this.transcripts = new Transcripts(room, this.publication.sid);
    this.say_event('joined');
    await this.state('listening');
    for (const person of room.remoteParticipants.values()) this.#met(person);
  }

  #listen() {
    const { room, rtc, ear, say_event } = this;
    const on = rtc.RoomEvent;
    room.registerTextStreamHandler('lk.chat', async (reader, { identity }) => {
      say_event('chat', { identity, text: await reader.readAll() });
    });
    room.registerByteStreamHandler('lk.agent.pre-connect-audio-buffer', async (reader, { identity }) => {
      const bytes = Buffer.concat(await reader.readAll());
      say_event('pre_connect_audio', { identity, bytes, ...reader.info });
    });
    room.on(on.ParticipantConnected, (person) => {
      say_event('participant_joined', { identity: person.identity });
      this.#met(person);
    });
    room.on(on.ParticipantDisconnected, ({ identity, disconnectReason }) =>
      say_event('participant_left', { identity, reason: disconnectReason }),
    );
    room.on(on.TrackSubscribed, (track, { sid }, { identity }) => {
      if (track.kind !== rtc.TrackKind.KIND_AUDIO) return;
      say_event('track', { identity, sid });
      ear.listen(track);
    });
    room.on(on.TrackUnsubscribed, (_, { sid }, { identity }) => say_event('track_ended', { identity, sid }));
    room.on(on.TrackMuted, (_, { identity }) => say_event('muted', { identity }));
    room.on(on.TrackUnmuted, (_, { identity }) => say_event('unmuted', { identity }));
    room.on(on.DataReceived, (payload, person, _, topic) =>
      say_event('data', { identity: person?.identity, topic, text: Buffer.from(payload).toString() }),
    );
    room.on(on.Disconnected, (reason) => !this.#left && say_event('disconnected', { reason }));
  }

  /** Nobody hears what is said before the track has a listener. */
  async #met({ identity, kind }) {
    const { greeting } = this.options;
    if (!greeting || !this.mouth || kind === this.rtc.ParticipantKind.AGENT || this.#greeted.has(identity))
      return;
    this.#greeted.add(identity);
    await this.publication.waitForSubscription();
    await this.say(greeting);
  }

  #speech_began() {
    this.say_event('speech_began');
    if (this.options.interruptible) this.mouth?.stop();
  }

  async #speech_ended() {
    this.say_event('speech_ended');
    const { after_speech } = this.options;
    if (typeof after_speech === 'string') await this.say(after_speech);
    else if (after_speech) await this.tone(after_speech.tone_ms);
  }

  async state(state) {
    await this.room.localParticipant.setAttributes({ [state_attribute]: state });
    this.say_event('state', { state });
  }

  async say(text) {
    await this.state('thinking');
    const words = await this.transcripts.begin();
    await this.state('speaking');
    const outcome = await this.mouth.say(text, (part) => words.add(part));
    await words.end();
    this.say_event(outcome.interrupted ? 'interrupted' : 'said', { text: outcome.text });
    await this.state('listening');
    return outcome;
  }

  async tone(tone_ms) {
    await this.mouth.tone(tone_ms);
    this.say_event('sounded');
  }

  interrupt() {
    this.mouth.stop();
  }

  transcript(identity, texts) {
    const sid = [...(this.room.remoteParticipants.get(identity)?.trackPublications.keys() ?? [])][0];
    return this.transcripts.of_person(identity, sid, texts);
  }

  data(topic, text) {
    return this.room.localParticipant.publishData(Buffer.from(text), { topic, reliable: true });
  }

  rpc(destinationIdentity, method, payload, responseTimeout) {
    return this.room.localParticipant.performRpc({ destinationIdentity, method, payload, responseTimeout });
  }

  heard() {
    return this.ear.heard();
  }

  heard_sound() {
    return this.ear.sound();
  }

  async leave() {
    this.#left = true;
    this.mouth?.stop();
    await this.room.disconnect();
  }
}
