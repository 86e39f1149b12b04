/** What the programs of Sightglass import. */
export function start() {}
export function end() {}
