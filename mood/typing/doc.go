// Package typing reads how somebody types: counts and durations of a burst of typing, which the host app takes from its own
// text fields, become, as differences from the person's usual ones, a [mood.Affect] of source Typing, at most once in five
// minutes. It runs on the phone. Which keys were pressed, and what was written where, never gets here: [Burst] has no place for
// it.
//
// # What it can and can't know
//
// Very little; it is a faint hint at arousal that costs nothing. In experiments the time between keys shrank with arousal while
// errors did not change, and both effects were small against the differences between people (Lee, Tsui & Hsiao 2015, PLoS ONE
// 10: e0129056; with images: 2014); 400 people captioning images had shorter flights with arousal and shorter key holds with
// pleasantness (López-Carral et al. 2019, ACII); two studies of stress with 53 and 924 people found nothing that held in both
// ("Does peoples' keyboard typing reflect their stress level?", doi 10.1027/2151-2604/a000468), and one with 116 no marker that
// holds for everybody (Wetherell, Lau & Maxion, "The effect of socially evaluated multitasking stress on typing rhythms").
// Depression goes with lower accuracy and more uneven typing (BiAffect; Vesel et al. 2020, JAMIA 27:1007), over weeks, which is
// a trait here and cancels. Hence:
//
//   - Confidence never exceeds 0.3, of a noise that the estimator already sets to 0.4.
//   - Valence is 0.3, what the estimator expects of anybody, plus at most a little. It says "as usual", not "content".
//   - Walking, one hand, another keyboard or language, dictation and suggestions all change typing more than moods do.
//     People type fastest at midday (Vesel et al. 2020).
//
// The weights are a prior made by hand, not fitted to anybody. Each cue counts in standard deviations from what is usual for
// the person, a running baseline ([baseline.Norm]) over 300 bursts of 100 keys, speeds and holds as logarithms: arousal
// +0.15 speed, -0.05 share of pauses; valence -0.04 corrections, -0.04 hold. The first eight give nothing.
package typing
