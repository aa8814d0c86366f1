import Foundation
import Offerkit

/// What the core refused: a code of docs/protocol.md, the field that it is about, and a sentence for developers.
public struct FlaneurError: Error, Equatable {
    public let code: String
    public let field: String
    public let message: String

    init(code: String, field: String, message: String) {
        self.code = code
        self.field = field
        self.message = message
    }

    /// The text of the core's errors is "code: field: sentence", the field being left out where there is none.
    init(_ error: NSError) {
        let text = error.localizedDescription
        let parts = text.components(separatedBy: ": ")
        code = FLOfferkitErrorCode(text)
        field = parts.count > 2 && parts[0] == code ? parts[1] : ""
        message = parts.last ?? text
    }
}

public struct Reason: Equatable {
    public let code: String
    public let text: String
    public let share: Double
}

public struct Control: Equatable {
    public let action: String
    public let text: String
}

/// An offer, as a value. Show `label` with the title: it says who pays for it to be shown.
public struct Offer: Identifiable, Equatable {
    public let id: String
    public let delivery: String
    public let title: String
    public let text: String
    public let terms: String
    public let label: String
    public let merchant: String
    public let place: String
    public let image: URL?
    public let latitude: Double
    public let longitude: Double
    public let metres: Double
    public let ends: Date?
    public let reasons: [Reason]
    public let controls: [Control]

    init(_ o: FLOfferkitOffer) {
        id = o.id_
        delivery = o.delivery
        title = o.title
        text = o.text
        terms = o.terms
        label = o.label
        merchant = o.merchant
        place = o.placeName
        image = URL(string: o.image)
        latitude = o.lat
        longitude = o.lon
        metres = o.distanceM
        ends = o.endsMillis == 0 ? nil : Date(timeIntervalSince1970: Double(o.endsMillis) / 1000)
        let why = o.reasons()
        reasons = (0 ..< (why?.size() ?? 0)).compactMap { why?.at($0) }.map { Reason(code: $0.code, text: $0.text, share: $0.share) }
        let taps = o.controls()
        controls = (0 ..< (taps?.size() ?? 0)).compactMap { taps?.at($0) }.map { Control(action: $0.action, text: $0.text) }
    }

    static func list(_ offers: FLOfferkitOfferList?) -> [Offer] {
        (0 ..< (offers?.size() ?? 0)).compactMap { offers?.at($0) }.map(Offer.init)
    }
}

/// A reservation, or an offer that was used.
public struct Redemption: Equatable {
    public let id: String
    public let code: String
    public let status: String
    public let expires: Date?
    /// The code as a PNG picture, made on the phone.
    public let qr: Data?

    init(_ r: FLOfferkitRedemption) {
        id = r.id_
        code = r.code
        status = r.status
        expires = r.expiresMillis == 0 ? nil : Date(timeIntervalSince1970: Double(r.expiresMillis) / 1000)
        qr = r.qr()
    }
}
