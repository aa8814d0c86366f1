import Flaneur
import Foundation
import Offerkit
import UserNotifications

/// What the screens show.
@MainActor
final class Model: ObservableObject, FlaneurDelegate {
    @Published var optedIn = false
    @Published var offers: [Offer] = []
    @Published var allowed: Set<String> = []
    @Published var state = ""
    @Published var failure: String?
    @Published var reservation: Redemption?
    @Published var document: String?

    init() {
        Flaneur.shared?.delegate = self
        optedIn = Flaneur.shared?.isOptedIn ?? false
        offers = Flaneur.shared?.offers ?? []
    }

    func optIn(location: Bool, purchases: Bool, push: Bool, mood: Bool) async {
        let choices = FLOfferkitNewChoices()!
        choices.location = location
        choices.purchases = purchases
        choices.push = push
        choices.moodLevel = mood ? "quiet" : "off"
        choices.policy = "2026-11"
        await attempt {
            try await $0.optIn(choices)
            if push { _ = try await UNUserNotificationCenter.current().requestAuthorization(options: [.alert, .sound]) }
        }
        optedIn = Flaneur.shared?.isOptedIn ?? false
    }

    /// What the person allows, for the switches.
    func look() async {
        let purposes = [FLOfferkitPurposeLocation, FLOfferkitPurposePush, FLOfferkitPurposePurchases, FLOfferkitPurposeMood]
        await attempt { self.allowed = try await $0.call { kit in Set(purposes.filter { kit.hasConsent($0) }) } }
    }

    func allow(_ purpose: String, _ on: Bool) async {
        await attempt { flaneur in
            if on {
                try await flaneur.call { try $0.grant(purpose, policy: "2026-11") }
                if purpose == FLOfferkitPurposeLocation { flaneur.askForLocation() }
            } else {
                try await flaneur.withdraw(purpose)
            }
        }
        await look()
    }

    func refresh() async { await attempt { self.offers = try await $0.refresh() } }

    func reserve(_ offer: Offer) async { await attempt { self.reservation = try await $0.reserve(offer.id) } }

    func tap(_ control: Control, on offer: Offer) async {
        await attempt { try await $0.feedback(offer.delivery.isEmpty ? offer.id : offer.delivery, control.action) }
        offers.removeAll { $0.id == offer.id }
    }

    func feel(_ valence: Double, _ arousal: Double) async { await attempt { try await $0.reportMood(valence: valence, arousal: arousal) } }

    func showData() async { await attempt { self.document = String(decoding: try await $0.myData(), as: UTF8.self) } }

    func erase() async {
        await attempt { try await $0.erase() }
        optedIn = Flaneur.shared?.isOptedIn ?? false
        offers = []
    }

    private func attempt(_ body: (Flaneur) async throws -> Void) async {
        guard let flaneur = Flaneur.shared else { return }
        do { try await body(flaneur) } catch let error as FlaneurError { failure = error.message } catch { failure = error.localizedDescription }
    }

    nonisolated func flaneur(_ flaneur: Flaneur, offered offer: Offer) {
        Task { @MainActor in offers = [offer] + offers.filter { $0.id != offer.id } }
    }

    nonisolated func flaneur(_ flaneur: Flaneur, withdrew offerID: String, because reason: String) {
        Task { @MainActor in offers.removeAll { $0.id == offerID } }
    }

    nonisolated func flaneur(_ flaneur: Flaneur, isNow state: String) {
        Task { @MainActor in
            self.state = state
            optedIn = flaneur.isOptedIn
        }
    }

    nonisolated func flaneur(_ flaneur: Flaneur, failedWith error: FlaneurError) {
        Task { @MainActor in failure = error.message }
    }
}
