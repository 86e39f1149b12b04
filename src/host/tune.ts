/**
 * Takes out of jco's JavaScript what costs every host call time or memory, and does nothing for a
 * component whose calls are all synchronous.
 *
 * By text, because jco has no such options. What is not found as expected is left as it is: the
 * output of another version of jco runs slower then, and as well. The tests say whether all is found.
 */

/** What every host call would otherwise read from the environment several times. */
const DEBUG_LOG_CHECK = 'if (!globalThis?.process?.env?.JCO_DEBUG) { return; }';
/** What remembers every handle that there ever was, and nobody reads if no resource is exported. */
const CREATED_REPS = 'table._createdReps.add(rep);';
const CREATED_REPS_READ = /_createdReps(?!\.add\(rep\)| = new Set\(\))/;
/** What each host call is called in its log: three texts, made at every call. */
const LOG_NAMES = [
  [/\bnewSubtask\.setTarget\(`subtask \([^`]*`\);/, ''],
  [/\bwaitable\.setTarget\(`waitable for subtask \([^`]*`\);/, ''],
  [/(?<=\btarget: )`subtask \(internal ID \[[^`]*`/, "''"],
] as const;

/** Anything asynchronous in the component: then its host calls need their tasks. */
const ASYNC = /\b(?:isAsync|funcTypeIsAsync|async): true\b/;
/** A host function as the component calls it: lifts the arguments, calls, lowers the result. */
const LOWERED =
  /^ {2}const (_trampoline\d+) = function\([^)]*\) \{\n(.*?)(?=^ {2}\}\n {2}\1\.fnName = )/gms;
/** What the core module imports: the above within a task, and that within a subtask of the caller's. */
const BOUND =
  /^ {2}let (trampoline\d+) = (_\1)\.manuallyAsync \? [^\n]*_lowerImportBackwardsCompat\.bind\(\n.*?^ {2}\);\n/gms;
const COMPONENT_INDEX = /^ {4}componentIdx: (\d+),$/m;
/** Each has to be there exactly once. */
const TASK = [
  [/^ {4}const hostProvided = true;\n.*?^ {4}const started = task\.enterSync\(\);\n/gms, ''],
  [
    /_withGlobalCurrentTaskMeta\(\{\s*componentIdx: task\.componentIdx\(\),\s*taskID: task\.id\(\),\s*fn: \(\) => _trackHostOperation\(\(\) => ([^\n]*)\),\n\s*\}\)/g,
    '$1',
  ],
  [/^ {4}task\.resolve\(\[[^\n]*\]\);\n {4}task\.exit\(\);\n/gm, ''],
] as const;
/** Only functions without a result in WIT, which is given in-band, have it. */
const TASK_FAILURE = /^ *task\.setErrored\(err\);\n *task\.reject\(err\);\n *task\.exit\(\);\n/m;
const LOG = /_debugLog\((?:'[^'\n]*'|"[^"\n]*")(?:, \{[^}]*\})?\);/g;
const TASK_LEFT = /\b(?:task|subtask|parentTask)\b/;

/** All that the output depends on, for the key of a cache. */
export const TUNING: string = JSON.stringify([
  4,
  [DEBUG_LOG_CHECK, CREATED_REPS],
  [ASYNC, LOWERED, BOUND, COMPONENT_INDEX, TASK_FAILURE, LOG, TASK_LEFT].map(String),
  [...LOG_NAMES, ...TASK].map(([pattern, to]) => [String(pattern), to]),
]);

export function tune(source: string): string {
  let quiet = source.replace(DEBUG_LOG_CHECK, 'return;');
  for (const [pattern, to] of LOG_NAMES) quiet = quiet.replace(pattern, to);
  if (!CREATED_REPS_READ.test(quiet)) quiet = quiet.replace(CREATED_REPS, '');
  return ASYNC.test(quiet) ? quiet : withoutTasks(quiet);
}

/**
 * A task for each host call, and a subtask of the caller's, are for who suspends. All that is left of
 * them where nobody does: a call is refused while its results may not leave the component, and a trap
 * is the end of the component.
 */
function withoutTasks(source: string): string {
  const instances = new Map<string, string>();
  for (const [text, , lowered] of source.matchAll(BOUND)) {
    const index = COMPONENT_INDEX.exec(text)?.[1];
    if (index !== undefined) instances.set(lowered!, index);
  }
  const direct = new Set<string>();
  return source
    .replace(LOWERED, (text: string, lowered: string, body: string) => {
      const instance = instances.get(lowered);
      const bare = instance === undefined ? undefined : withoutTask(body);
      if (bare === undefined) return text;
      direct.add(lowered);
      const head = text.slice(0, text.length - body.length);
      return `${head}    _checkMayLeave(${instance});\n${bare}`;
    })
    .replace(BOUND, (text: string, bound: string, lowered: string) =>
      direct.has(lowered) ? `  let ${bound} = ${lowered};\n` : text,
    );
}

/** Undefined: something is not as expected. */
function withoutTask(body: string): string | undefined {
  let bare = body.replace(TASK_FAILURE, '').replace(LOG, '');
  for (const [pattern, to] of TASK) {
    if (bare.match(pattern)?.length !== 1) return undefined;
    bare = bare.replace(pattern, to);
  }
  return TASK_LEFT.test(bare) ? undefined : bare;
}
