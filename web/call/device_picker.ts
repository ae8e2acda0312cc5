// Microphone and speaker, each in the system's own list, which works on phones and by keys.
import type { Dispatch } from '../../shim/core';
import type { Device } from '../../shim/generated/messages';
import type { DeviceList } from '../../shim/voice/devices';
import { element } from '../dom';
import { fill } from '../locales/locale';
import type { CallWords } from './call_words';

export function make_device_picker(words: CallWords, say: Dispatch) {
  const list_of = (kind: Device): { label: HTMLLabelElement; select: HTMLSelectElement } => {
    const select = element('select', { 'data-device': kind });
    select.addEventListener('change', () => say({ type: 'device_picked', kind, id: select.value }));
    return { label: element('label', {}, element('span', {}, words[kind]), select), select };
  };
  const microphone = list_of('microphone');
  const speaker = list_of('speaker');
  const picker = element('div', { class: 'devices', id: 'devices' }, microphone.label, speaker.label);
  picker.hidden = true;

  const draw = ({ label, select }: typeof microphone, devices: MediaDeviceInfo[], chosen: string): void => {
    label.hidden = devices.length === 0;
    const options = devices.map(({ deviceId, label: name }, i) =>
      element('option', { value: deviceId }, name || fill(words.device, { number: i + 1 })),
    );
    // Chromium lists the system's choice under a name of its own.
    const id = chosen || 'default';
    const known = devices.some(({ deviceId }) => deviceId === id);
    if (!known) options.unshift(element('option', { value: '' }, words.default_device));
    select.replaceChildren(...options);
    select.value = known ? id : '';
  };

  return {
    element: picker,
    draw(devices: DeviceList): void {
      draw(microphone, devices.microphones, devices.microphone);
      draw(speaker, devices.speakers, devices.speaker);
    },
  };
}
