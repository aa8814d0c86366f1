import Foundation
import Offerkit
import UIKit

/// What the core calls, on its own thread. Nothing here throws or waits.
final class Ears: NSObject, FLOfferkitListenerProtocol {
    private weak var flaneur: Flaneur?

    init(_ flaneur: Flaneur) { self.flaneur = flaneur }

    func onOffer(_ offer: FLOfferkitOffer?) {
        guard let offer = offer.map(Offer.init) else { return }
        onMain { flaneur in
            if flaneur.options.notifications, flaneur.kit.hasConsent(FLOfferkitPurposePush), UIApplication.shared.applicationState != .active {
                Notifications.show(offer, language: flaneur.options.language)
            }
            flaneur.delegate?.flaneur(flaneur, offered: offer)
        }
    }

    func onWithdrawn(_ offerID: String?, reason: String?) {
        guard let offerID else { return }
        onMain { flaneur in
            Notifications.withdraw(offerID)
            flaneur.delegate?.flaneur(flaneur, withdrew: offerID, because: reason ?? "")
        }
    }

    func onState(_ state: String?) {
        flaneur?.consentsMoved()
        onMain { flaneur in flaneur.delegate?.flaneur(flaneur, isNow: state ?? "") }
    }

    func onPlan(_ plan: FLOfferkitLocationPlan?) {
        guard let plan else { return }
        flaneur?.obey(plan)
    }

    func onReach(_ offerID: String?, event: String?) {}

    func onFailure(_ code: String?, field: String?, message: String?) {
        let failure = FlaneurError(code: code ?? "internal", field: field ?? "", message: message ?? "")
        onMain { flaneur in flaneur.delegate?.flaneur(flaneur, failedWith: failure) }
    }

    private func onMain(_ body: @escaping (Flaneur) -> Void) {
        DispatchQueue.main.async { [weak flaneur] in
            if let flaneur { body(flaneur) }
        }
    }
}
