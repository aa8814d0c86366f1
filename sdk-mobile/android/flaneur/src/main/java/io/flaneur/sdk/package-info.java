/**
 * Flaneur for Android: offers that fit the place and the moment, for people who asked for them.
 *
 * <p>{@link io.flaneur.sdk.Flaneur} is the way in. It does what only the platform can do (positions, fences, sensors,
 * notifications, a service that keeps running, a safe for secrets) and leaves every decision to the core, the Go package
 * offerkit, whose face in Java is the package {@code io.flaneur.offerkit}. It collects nothing before the person opted in.
 *
 * <p>Threads: {@link io.flaneur.sdk.Flaneur} and {@link io.flaneur.sdk.AppListener} belong to the main thread; the library
 * works on a thread of its own. Nothing here throws because the platform refused something: refusals come as a
 * {@link io.flaneur.sdk.Failure}.
 */
package io.flaneur.sdk;
