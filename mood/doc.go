// Package mood estimates affect: valence and arousal, each in [-1, 1], with a confidence, a source and an age.
// The person's own tap is the strongest source; what a phone computed from other signals may join it. Raw signals
// never reach this package's callers on the server.
//
// It decides nothing about offers and stores nothing. It is pure Go, has no clock of its own (every call takes
// the time) and runs on phones too. Types with methods that change them are not safe for concurrent use; all others
// are values.
//
// # The estimate
//
// An [Estimator] sees each dimension as a population mean plus three Ornstein-Uhlenbeck components: a set-point of the
// person, a slow part and a fast part. A Kalman filter follows them from one observation to the next, weighing each
// by the noise of its source, divided by its confidence. Without news the estimate returns to what is usual for the
// person, and its confidence, 1 minus the standard deviation relative to that of an unknown person (root mean square of
// both dimensions), falls by itself.
//
// The numbers, and where they are from:
//
//   - Half-lives: slow 8 h for valence and 3 h for arousal, inside the ranges fitted leave-person-out to a mood diary
//     (18 people, 1,231 answers by m-path; 8-12 h and 2-4 h); fast 10 min, with 5 % of the variance, is an assumption
//     that the diary, with its hours between answers, can't test. The set-point drifts with 180 days, an assumption.
//   - Variance within a person: 0.06 for valence, 0.16 for arousal; in the diary 0.061 and 0.167.
//   - Noise of a self-report: 0.4 of that. In the diary 30-50 %: a report is not ground truth.
//   - Set-point: its variance is such that the population mean weighs as much as two reports, (1 + 0.4) / 2 of the
//     variance within; in the diary people differ by 0.043 in valence, where this gives 0.042. As it is a component and
//     not a count, twenty taps in a minute move it little more than one does.
//   - Population mean: valence 0.3, arousal 0. People are mostly content (0.46 on the diary's sliders); 0.3 is drawn
//     towards neutral, as words were not sliders.
//   - Error of other sources, as a variance at full confidence, valence / arousal. Wearable 0.12 / 0.09: residuals of
//     regressions of the 15 wearers' self-assessments in WESAD, leaving each out. Face 0.14 / 0.17: squared errors that
//     networks reach on AffectNet's photographs. Voice 0.4 / 0.17: prosody tells arousal about as well as a face, and
//     of valence little; an assumption. Typing 0.4 / 0.4: next to nothing is known. To be replaced by calibration of
//     real devices.
//   - Of such an error 60 % lasts, with a half-life of 12 h, and is tracked per source; an assumption from the same
//     data, where one rating stands for all windows of twenty minutes. The rest is noise of a minute: readings that
//     come closer share it. So hours of one device never add up to certainty, a tap teaches what the device's error
//     is, and a change in what the device says is still seen within minutes.
//   - Restlessness: how far a person's reports lie from what is expected differs between people by a factor of ten in
//     variance. Each person's own is learned, as if known from five reports at first, within 0.2 and 4 of the usual.
//     The estimate itself does not depend on it; distress and the width of intervals do.
//
// On the diary, one step ahead, the root mean square error is 11.9 of 100 for valence (running mean of the person 12.6,
// last value 14.2) and 19.6 for energy (21.1, 23.8); 80 % intervals cover 81 % of both. A test repeats this if
// FLANEUR_TESTDATA names the folder with the data, which is not part of the project. Tried and left out: all numbers
// fitted leave-person-out (11.9 and 19.6, no better), a wider set-point and other population means (11.8), and the hour
// of the day, which takes energy to 19.3 and leaves valence as it is, but needs the person's own time.
//
// One report by a stranger gives a confidence of 0.56, which stays above [MinConfidence] for about 1 h 40 min;
// with a month of reports it is 0.59 and about 2 h 40 min. Valence alone would be known longer; arousal ends it.
//
// # Distress
//
// Distress is the greatest of three: the probability that valence lies below -0.35 by what all sources say, the same by
// the person's own reports alone, so that no device talks down an alarm that the person raised, and the probability of
// stress that devices claim. It answers to the estimate alone, Known or not, so that a low set-point keeps it raised
// when the last report is long forgotten.
//
// Of each source the newest claim counts, and the highest of all sources. It fades as log-odds towards those of a
// stranger (2 %) with a half-life of 15 min: 0.95 is above 0.5 for 12 min and above 0.1 for half an hour after the last
// reading, about as long as heart rate and skin take to calm down (an assumption that errs towards protection).
//
// The person is the authority over devices. A tap answers what each device claims at that moment: what goes beyond the
// distress that the tap leaves is waived, with a half-life of 1 h. A device that keeps claiming 0.95 against "I feel
// fine" is silent for some 25 min and heard again after that; one that claims more than before, or another one, is heard
// at once. It is not silenced for good, because people also tap "okay" out of habit, and as being protected in error costs
// little: something is not pushed. A device's claim of calm lowers nothing but that device's own claim.
//
// # Privacy
//
// [Affect], [Estimate] and [Estimator] refuse every encoder and hide from logs and formatting. Two doors exist, both
// explicit: [Estimate.Export] for the person, [Estimator.AppendState] for the person's sealed record.
package mood
