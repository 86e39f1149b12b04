/**
 * For `node --import`: gives the jco command line tool the file system, without which its commands
 * that read WIT fail (preview2-shim 0.26 grants nothing by default, and jco relies on it).
 */

import { _addPreopen, _getPreopens } from '@bytecodealliance/preview2-shim/filesystem';

// The package's types are those of its browser build, where a preopen is a tree of files.
const addPreopen = _addPreopen as unknown as (guestPath: string, hostPath: string) => void;

if (_getPreopens().length === 0) addPreopen('/', '/');
