/** The format for programs: one JSON object a line, the same content as the text. */

import type { Value, Values } from '../../shared/src/value.ts';
import { literal } from '../../shared/src/value-text.ts';
import type { End, Format, FrameData, Stop } from './stop.ts';

export const jsonFormat: Format = {
  stop({ number, reason, exception, memory, frames }: Stop): string {
    return line({
      stop: number,
      event: reason,
      ...(exception === undefined ? {} : { exception: valuesJson(exception) }),
      // A 64-bit memory's size still is far below 2^53.
      memory: memory === undefined ? null : Number(memory),
      frames: frames.map(frameJson),
    });
  },
  end({ end, stops }: End): string {
    return line({ end, stops });
  },
};

function line(object: unknown): string {
  return `${JSON.stringify(object)}\n`;
}

function frameJson({ activation, module, func, name, pc, locals, stack }: FrameData): unknown {
  return {
    activation,
    module,
    function: func,
    name,
    pc,
    locals: valuesJson(locals),
    stack: valuesJson(stack),
  };
}

function valuesJson(values: Values): unknown {
  return 'error' in values ? { error: values.error } : values.map(valueJson);
}

/** Only i32 is a JSON number: the others have values that JSON's readers would change. */
function valueJson(value: Value): unknown {
  switch (value.type) {
    case 'i32':
      return { type: value.type, value: value.value | 0 };
    case 'funcref':
      return { type: value.type, value: value.signature ?? null };
    case 'exnref':
      return {
        type: value.type,
        value: value.values === undefined ? null : valuesJson(value.values),
      };
    default:
      return { type: value.type, value: literal(value) };
  }
}
