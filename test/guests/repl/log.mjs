export const log = (value) => console.log(`log ${value}`);
