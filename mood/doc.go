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
//   - Noise of other sources: residuals of regressions on public laboratory data, 0.09-0.17; 0.4 where a source says
//     little. To be replaced by calibration of real devices.
//
// On the diary, one step ahead, the root mean square error is 12.0 of 100 for valence (running mean of the person 12.6,
// last value 14.2) and 19.6 for energy (21.1, 23.8); 80 % intervals cover 84 % of both. A test repeats this if
// FLANEUR_TESTDATA names the folder with the data, which is not part of the project.
//
// One report by a stranger gives a confidence of 0.56, which stays above [MinConfidence] for about 1 h 40 min;
// with a month of reports it is 0.59 and about 2 h 40 min. Valence alone would be known longer; arousal ends it.
//
// Distress is the probability that valence lies below -0.35: the greater of what all sources say and of what the
// person's own reports say by themselves, so that no device talks down an alarm that the person raised. It answers to
// the estimate alone, Known or not, so that a low set-point keeps it raised when the last report is long forgotten.
//
// # Privacy
//
// [Affect], [Estimate] and [Estimator] refuse every encoder and hide from logs and formatting. Two doors exist, both
// explicit: [Estimate.Export] for the person, [Estimator.AppendState] for the person's sealed record.
package mood
