//! What a walk, a scan or a loop may still produce while the map is written to: rules I1 to I5.

use std::collections::{HashMap, HashSet};

/// The model's entries. Each has a number of its own, its birth: an entry that is removed and
/// inserted again is another one, one that is overwritten stays itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    held: HashMap<u16, Held>,
    last_birth: u64,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    value: u32,
    birth: u64,
}

impl Entries {
    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub(crate) fn get(&self, key: u16) -> Option<u32> {
        self.held.get(&key).map(|held| held.value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u16, u32)> + '_ {
        self.held.iter().map(|(&key, held)| (key, held.value))
    }

    /// Sets the value of a new or present entry; gives the former value.
    pub(crate) fn insert(&mut self, key: u16, value: u32) -> Option<u32> {
        if let Some(held) = self.held.get_mut(&key) {
            return Some(std::mem::replace(&mut held.value, value));
        }
        self.last_birth += 1;
        self.held.insert(key, Held { value, birth: self.last_birth });
        None
    }

    pub(crate) fn remove(&mut self, key: u16) -> Option<u32> {
        self.held.remove(&key).map(|held| held.value)
    }

    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(u16, u32) -> bool) {
        self.held.retain(|&key, held| keeps(key, held.value));
    }

    pub(crate) fn add_to_all(&mut self, change: u32) {
        for held in self.held.values_mut() {
            held.value = held.value.wrapping_add(change);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.held.clear();
    }
}

/// A walk, scan or loop under way, as the model sees it.
#[derive(Clone, Debug)]
pub(crate) struct Cursor {
    /// Entries that were born up to this one were there when it began.
    last_birth: u64,
    produced: HashSet<u64>,
    /// Whether a change of the seed may make it begin anew.
    may_restart: bool,
    /// It belongs to another map now. What it produces must be there; no more is known of it.
    is_astray: bool,
}

impl Cursor {
    pub(crate) fn new(entries: &Entries) -> Self {
        Self {
            last_birth: entries.last_birth,
            produced: HashSet::new(),
            may_restart: false,
            is_astray: false,
        }
    }

    /// The map may have another seed from now on.
    pub(crate) fn allow_restart(&mut self) {
        self.may_restart = true;
    }

    /// The map is another from now on.
    pub(crate) fn lead_astray(&mut self) {
        self.is_astray = true;
    }

    /// It began anew.
    pub(crate) fn restart(&mut self, entries: &Entries) -> Result<(), String> {
        if !self.may_restart && !self.is_astray {
            return Err("it began anew, and the seed cannot have changed".to_owned());
        }
        *self = Self::new(entries);
        Ok(())
    }

    /// It begins another part, in which each entry comes once.
    pub(crate) fn begin_part(&mut self) {
        if self.is_astray {
            self.produced.clear();
        }
    }

    /// It produced this entry.
    pub(crate) fn produce(
        &mut self,
        (key, value): (u16, u32),
        entries: &Entries,
    ) -> Result<(), String> {
        let Some(held) = entries.held.get(&key) else {
            return Err(format!("I2: it produced {key}, which is not there"));
        };
        if held.value != value {
            let right = held.value;
            return Err(format!("I5: it produced {value} for {key}, and {right} is right"));
        }
        if !self.produced.insert(held.birth) {
            return Err(format!("I3: it produced {key} twice"));
        }
        Ok(())
    }

    /// It said that it is at its end.
    pub(crate) fn finish(&self, entries: &Entries) -> Result<(), String> {
        let is_due =
            |held: &Held| held.birth <= self.last_birth && !self.produced.contains(&held.birth);
        let missed = entries.held.iter().find(|(_, held)| !self.is_astray && is_due(held));
        missed.map_or(Ok(()), |(key, _)| {
            Err(format!("I1: it did not produce {key}, which was there all the time"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Entries};

    fn entries(count: u16) -> Entries {
        let mut entries = Entries::default();
        (0..count).for_each(|key| assert_eq!(entries.insert(key, 7), None));
        entries
    }

    #[test]
    fn what_is_there_all_the_time_is_due_once() {
        let entries = entries(2);
        let mut cursor = Cursor::new(&entries);
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
        assert!(cursor.finish(&entries).unwrap_err().contains("I1"));
        assert!(cursor.produce((0, 7), &entries).unwrap_err().contains("I3"));
        assert_eq!(cursor.produce((1, 7), &entries), Ok(()));
        assert_eq!(cursor.finish(&entries), Ok(()));
    }

    #[test]
    fn what_is_removed_must_not_come_and_what_is_inserted_may() {
        let mut entries = entries(2);
        let mut cursor = Cursor::new(&entries);
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
        entries.remove(0);
        assert!(cursor.clone().produce((0, 7), &entries).unwrap_err().contains("I2"));
        entries.insert(0, 8);
        entries.remove(1);
        assert_eq!(cursor.clone().finish(&entries), Ok(()));
        assert!(cursor.clone().produce((0, 7), &entries).unwrap_err().contains("I5"));
        assert_eq!(cursor.produce((0, 8), &entries), Ok(()));
        assert!(cursor.produce((0, 8), &entries).is_err());
    }

    #[test]
    fn an_overwritten_entry_stays_itself() {
        let mut entries = entries(1);
        let mut cursor = Cursor::new(&entries);
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
        assert_eq!(entries.insert(0, 9), Some(7));
        assert!(cursor.produce((0, 9), &entries).unwrap_err().contains("I3"));
    }

    #[test]
    fn it_begins_anew_only_when_the_seed_may_have_changed() {
        let entries = entries(1);
        let mut cursor = Cursor::new(&entries);
        cursor.produce((0, 7), &entries).unwrap();
        assert!(cursor.restart(&entries).is_err());
        cursor.allow_restart();
        assert_eq!(cursor.restart(&entries), Ok(()));
        assert_eq!(cursor.produce((0, 7), &entries), Ok(()));
    }
}
