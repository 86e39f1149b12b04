/** The format for people: a line for each stop, and an indented one for each further frame. */

import { printable } from '../../../src/wasm/text.ts';
import { valuesText } from '../../shared/src/value-text.ts';
import type { End, Format, FrameData, Stop } from './stop.ts';

/**
 * @param severalModules whether a function has to be shown with the position of its module
 */
export function textFormat(severalModules: () => boolean): Format {
  const frameText = (frame: FrameData): string => {
    const module = severalModules() ? `m${frame.module}!` : '';
    const at = `${module}${printable(frame.name)} 0x${frame.pc.toString(16)}`;
    return `${at}  locals=${valuesText(frame.locals)}  stack=${valuesText(frame.stack)}`;
  };
  return {
    stop(stop: Stop): string {
      const [innermost, ...callers] = stop.frames;
      const head = [`${stop.number} ${stop.reason}`];
      if (stop.exception !== undefined) head[0] += ` ${valuesText(stop.exception)}`;
      head.push(innermost === undefined ? 'no frame' : frameText(innermost));
      if (stop.memory !== undefined) head.push(`memory=${stop.memory}`);
      let text = `${head.join('  ')}\n`;
      let activation = innermost?.activation;
      for (const frame of callers) {
        if (frame.activation !== activation) text += '    (host)\n';
        activation = frame.activation;
        text += `    ${frameText(frame)}\n`;
      }
      return text;
    },
    end({ end, stops }: End): string {
      return `end ${end}  stops=${stops}\n`;
    },
  };
}
